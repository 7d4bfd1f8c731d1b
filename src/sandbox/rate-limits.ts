import { createMiddleware } from 'hono/factory'
import { apiError } from './json-errors.ts'

/**
 * Limits of the JSON API for one application on one account, by its documentation: so many requests in 3 s (a draft or an
 * application under moderation weighs four times as much and gets 11), and so many at the same time. The window is taken
 * as fixed from its first request on; the documentation only says "evenly".
 */
export type RateLimits = { readonly requests: number; readonly parallel: number }

export const usualLimits: RateLimits = { requests: 45, parallel: 5 }
const INTERVAL_MS = 3000

export type RateGuard = ReturnType<typeof createRateGuard>

export function createRateGuard(now: () => number) {
  let limits = usualLimits
  let windowEndsAtMs = 0
  let used = 0
  let running = 0

  return {
    limits: (): RateLimits => limits,
    /** Begins a new window. */
    set(wanted: RateLimits): void {
      limits = wanted
      windowEndsAtMs = 0
    },
    middleware: createMiddleware(async (c, next) => {
      // Nothing in the headers tells of this limit.
      if (running >= limits.parallel) {
        return apiError(c, 429, 'Превышено ограничение на одновременное количество запросов', 1073)
      }
      if (now() >= windowEndsAtMs) {
        windowEndsAtMs = now() + INTERVAL_MS
        used = 0
      }
      const isOver = used >= limits.requests
      if (!isOver) used += 1
      // Milliseconds both, and 0 while there is something left.
      const waitMs = String(isOver ? windowEndsAtMs - now() : 0)
      const headers = {
        'X-RateLimit-Limit': String(limits.requests),
        'X-RateLimit-Remaining': String(limits.requests - used),
        'X-Lognex-Retry-TimeInterval': String(INTERVAL_MS),
        'X-Lognex-Reset': waitMs,
        'X-Lognex-Retry-After': waitMs,
      }
      for (const [name, value] of Object.entries(headers)) c.header(name, value)
      if (isOver)
        return apiError(c, 429, 'Превышено ограничение на количество запросов в единицу времени', 1049)
      running += 1
      try {
        await next()
      } finally {
        running -= 1
      }
      return undefined
    }),
  }
}
