import { Hono } from 'hono'
import type { AppTokens } from './app-jwt.ts'
import type { ContextKeys } from './context-keys.ts'
import { EMPLOYEES } from './demo.ts'
import type { Entities } from './entities.ts'
import { apiError } from './json-errors.ts'
import { gzipOnly, pack } from './moysklad-http.ts'

export type VendorApiDeps = {
  appUid: string
  checkToken: AppTokens
  contextKeys: ContextKeys
  entities: Entities
}

/** The one call of MoySklad's Vendor API 1.0 that a widget needs: context key → employee. */
export function createVendorApi({ appUid, checkToken, contextKeys, entities }: VendorApiDeps): Hono {
  const app = new Hono()
  app.use(gzipOnly, pack)
  app.use(async (c, next) => {
    const token = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1]
    const checked =
      token === undefined ? ({ ok: false, reason: 'no token' } as const) : await checkToken(token)
    if (checked.ok) return next()
    c.header('X-Lognex-Auth', '1056')
    c.header('X-Lognex-Auth-Message', checked.reason)
    return apiError(c, 401, `Ошибка аутентификации: ${checked.reason}`, 1056)
  })
  app.post('/context/:key', (c) => {
    const exchange = contextKeys.exchange(c.req.param('key'), appUid)
    switch (exchange.kind) {
      case 'unknown':
        return apiError(c, 404, 'Контекст не найден или устарел')
      case 'foreign':
        return apiError(c, 403, 'Контекст выдан другому приложению')
      case 'employee': {
        const person = EMPLOYEES.find((one) => one.id === exchange.employeeId)
        if (person === undefined) return apiError(c, 404, 'Сотрудник не найден')
        return c.json(entities.employeeContext(person))
      }
    }
  })
  app.notFound((c) => apiError(c, 404, `Неизвестный путь: '${c.req.path}'`))
  return app
}
