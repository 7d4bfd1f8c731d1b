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

export const jsonOnly = createMiddleware(async (c, next) => {
  const accept = c.req.header('accept')?.replace(/\s/g, '').toLowerCase()
  // Plain `application/json` is refused by the real one too.
  const allowed = ['*/*', 'application/json;charset=utf-8']
  if (accept !== undefined && !allowed.includes(accept)) {
    return apiError(
      c,
      400,
      "Неверное значение заголовка 'Accept'. Укажите 'application/json;charset=utf-8' или '*/*'",
      1062,
    )
  }
  return next()
})
