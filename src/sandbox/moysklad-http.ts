import { createMiddleware } from 'hono/factory'
import { compress } from 'hono/compress'
import { apiError } from './json-errors.ts'

/**
 * What both of MoySklad's APIs do with every request: without `Accept-Encoding: gzip` 415 and no body at all, and
 * answers packed. The JSON API also takes only its own `Accept` (error 1062).
 */
export const gzipOnly = createMiddleware(async (c, next) => {
  const accepted = (c.req.header('accept-encoding') ?? '').toLowerCase()
  if (!/(^|,)\s*(gzip|\*)\s*(;|,|$)/.test(accepted)) return c.body(null, 415)
  return next()
})

export const pack = compress({ encoding: 'gzip', threshold: 0 })

const JSON_TYPE = 'application/json;charset=utf-8'

export const jsonOnly = createMiddleware(async (c, next) => {
  const accept = c.req.header('accept')?.replace(/\s/g, '').toLowerCase()
  // Plain `application/json` is refused, and so is what most clients send by themselves.
  if (accept !== undefined && accept !== JSON_TYPE) {
    const text = `Неверное значение заголовка 'Accept'. Поддерживается только значение '${JSON_TYPE}'`
    return apiError(c, 400, text, 1062)
  }
  await next()
  if (c.res.headers.get('content-type') === 'application/json') c.header('content-type', JSON_TYPE)
  return undefined
})
