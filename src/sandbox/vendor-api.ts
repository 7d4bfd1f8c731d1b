import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import type { AppTokens } from './app-jwt.ts'
import type { ContextKeys } from './context-keys.ts'
import { EMPLOYEES, type DemoEmployee } from './demo.ts'
import type { Entities, JsonObject } from './entities.ts'
import { apiError, unknownPath } from './json-errors.ts'
import { gzipOnly, pack } from './moysklad-http.ts'
import type { UserTokens } from './user-tokens.ts'
import { tryShape } from '../core/shape.ts'

export type VendorApiDeps = {
  appUid: string
  checkToken: AppTokens
  contextKeys: ContextKeys
  entities: Entities
  userTokens: UserTokens
}

const TokenRequest = v.looseObject({ token: v.string() })

/**
 * The calls of MoySklad's Vendor API 1.0 by which an application's server learns who works in a widget: by the context
 * key of the frame's address, or by a one-time token that the widget has asked the page for.
 */
export function createVendorApi(deps: VendorApiDeps): Hono {
  const { appUid, checkToken, contextKeys, entities, userTokens } = deps
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
  app.post('/context/user', (c) => byToken(c, (person) => entities.userContext(person)))
  // The node demo calls this one; no documentation names it. By its README it answers as the context key does.
  app.post('/context/user/expand', (c) => byToken(c, (person) => entities.employeeContext(person)))
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
  // Where the app is mounted in another one, its `notFound` would not be asked.
  app.all('*', unknownPath)
  return app

  async function byToken(c: Context, shown: (person: DemoEmployee) => JsonObject): Promise<Response> {
    // What is no JSON names no token either.
    const body: unknown = await c.req.json().catch(() => undefined)
    const request = tryShape(TokenRequest, body)
    if (!request.success || request.data.token === '') return apiError(c, 400, 'Не указан токен', 3008)
    const employeeId = userTokens.exchange(request.data.token, appUid)
    const person = EMPLOYEES.find((one) => one.id === employeeId)
    if (person === undefined) return apiError(c, 404, 'Токен не найден, использован или устарел', 3007)
    return c.json(shown(person))
  }
}
