import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** The shape of errors that all of MoySklad's APIs share. Where the code is not known to us it is left out, as there. */
export function apiError(c: Context, status: ContentfulStatusCode, error: string, code?: number): Response {
  const moreInfo = code === undefined ? undefined : `https://dev.moysklad.ru/doc/api/remap/1.2/#error_${code}`
  return c.json({ errors: [{ error, code, moreInfo }] }, status)
}
