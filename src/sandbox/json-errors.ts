import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** The shape of errors that all of MoySklad's APIs share. Where the code is not known to us it is left out, as there. */
export function apiError(c: Context, status: ContentfulStatusCode, error: string, code?: number): Response {
  const moreInfo = code === undefined ? undefined : `https://dev.moysklad.ru/doc/api/remap/1.2/#error_${code}`
  return c.json({ errors: [{ error, code, moreInfo }] }, status)
}

/** An object that is not there. What is no id at all is told so. */
export function notFound(c: Context, type: string, id: string): Response {
  // No documentation says which status goes with 1000; an address that leads nowhere is 404 elsewhere.
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    return apiError(c, 404, 'Элемент URI не является идентификатором', 1000)
  }
  return apiError(c, 404, `Объект с типом '${type}' и идентификатором '${id}' не найден`, 1021)
}

/** A path that this API does not have. Types that exist there and not in the sandbox are unknown here too. */
export function unknownPath(c: Context): Response {
  return apiError(c, 404, `Неопознанный путь: ${c.req.path}`, 1002)
}
