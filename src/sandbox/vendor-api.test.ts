import { beforeEach, describe, expect, it } from 'vitest'
import { gunzipSync } from 'node:zlib'
import { createAppTokens } from './app-jwt.ts'
import { createContextKeys, type ContextKeys } from './context-keys.ts'
import { ACCOUNT_ID, APP_SECRET, APP_UID, EMPLOYEES } from './demo.ts'
import { createEntities } from './entities.ts'
import { appToken } from './testing/moysklad-caller.ts'
import { createUserTokens, type UserTokens } from './user-tokens.ts'
import { createVendorApi } from './vendor-api.ts'

const [ANNA, , MARIA] = EMPLOYEES
let clock: number
let contextKeys: ContextKeys
let userTokens: UserTokens
let app: ReturnType<typeof createVendorApi>

beforeEach(() => {
  clock = Date.parse('2026-10-02T09:00:00Z')
  const now = () => clock
  contextKeys = createContextKeys(now)
  userTokens = createUserTokens(now)
  app = createVendorApi({
    appUid: APP_UID,
    checkToken: createAppTokens({ appUid: APP_UID, secret: APP_SECRET, now }),
    contextKeys,
    entities: createEntities('http://host/api/remap/1.2'),
    userTokens,
  })
})

type Answer = Awaited<ReturnType<typeof call>>

function exchange(key: string, token?: string, headers: Record<string, string> = {}): Promise<Answer> {
  return call(key, token, { headers })
}

async function call(path: string, token: string | undefined, init: RequestInit) {
  const authorization = `Bearer ${token ?? (await appToken(clock))}`
  const answer = await app.request(`/context/${path}`, {
    ...init,
    method: 'POST',
    headers: { authorization, 'accept-encoding': 'gzip', ...(init.headers as Record<string, string>) },
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const packed = answer.headers.get('content-encoding') === 'gzip'
  const text = (packed ? gunzipSync(bytes) : bytes).toString()
  return {
    status: answer.status,
    packed,
    headers: answer.headers,
    body: text === '' ? null : (JSON.parse(text) as unknown),
  }
}

describe('a context key', () => {
  it('becomes the employee with points of sale and rights, packed', async () => {
    const { status, packed, body } = await exchange(contextKeys.issue(ANNA!.id, APP_UID))
    expect([status, packed]).toEqual([200, true])
    expect(body).toMatchObject({
      id: ANNA!.id,
      uid: 'anna@podarok-demo',
      fullName: 'Иванова Анна',
      cashiers: [
        {
          meta: { type: 'cashier', href: expect.stringContaining('/entity/retailstore/aa5e0f10-') as string },
        },
      ],
      permissions: { retaildemand: { create: 'ALL' } },
    })
    expect(body).not.toHaveProperty('permissions.admin')
  })

  it('of an administrator carries the right admin', async () => {
    const { body } = await exchange(contextKeys.issue(MARIA!.id, APP_UID))
    expect(body).toMatchObject({ cashiers: [], permissions: { admin: { view: 'ALL' } } })
  })

  it('has forty hex digits, lives five minutes and then is not found', async () => {
    const key = contextKeys.issue(ANNA!.id, APP_UID)
    expect(key).toMatch(/^[0-9a-f]{40}$/)
    clock += 5 * 60_000 - 1
    expect((await exchange(key)).status).toBe(200)
    clock += 1
    expect((await exchange(key)).status).toBe(404)
  })

  it('that nobody issued is not found; one of another app is forbidden', async () => {
    expect(await exchange('0'.repeat(40))).toMatchObject({ status: 404, body: { errors: [{}] } })
    expect((await exchange(contextKeys.issue(ANNA!.id, 'other.app'))).status).toBe(403)
  })
})

describe('a one-time token', () => {
  const exchangeToken = (userToken: unknown, path = 'user', jwt?: string) =>
    call(path, jwt, { body: JSON.stringify({ token: userToken }) })

  it.each([
    [0, 'anna@podarok-demo', 'cashier'],
    [2, 'maria@podarok-demo', 'admin'],
  ])('becomes who works there and the role: employee %i', async (index, userUid, role) => {
    const { id } = EMPLOYEES[index]!
    const { status, body } = await exchangeToken(userTokens.issue(id, APP_UID))
    expect([status, body]).toEqual([200, { accountId: ACCOUNT_ID, userId: id, userUid, role }])
  })

  it('becomes the whole employee where the answer is to be expanded', async () => {
    const { body } = await exchangeToken(userTokens.issue(ANNA!.id, APP_UID), 'user/expand')
    const byKey = await exchange(contextKeys.issue(ANNA!.id, APP_UID))
    expect(body).toEqual(byKey.body)
  })

  it('[3007] works once, for 60 s, and for its own application only', async () => {
    const used = userTokens.issue(ANNA!.id, APP_UID)
    const old = userTokens.issue(ANNA!.id, APP_UID)
    expect((await exchangeToken(used)).status).toBe(200)
    clock += 59_999
    expect((await exchangeToken(userTokens.issue(ANNA!.id, APP_UID))).status).toBe(200)
    clock += 1
    const foreign = userTokens.issue(ANNA!.id, 'other.app')
    for (const token of [used, old, foreign, '0'.repeat(40)]) {
      expect(await exchangeToken(token)).toMatchObject({ status: 404, body: { errors: [{ code: 3007 }] } })
    }
  })

  it('still works after a caller without a good JWT has tried it', async () => {
    const token = userTokens.issue(ANNA!.id, APP_UID)
    expect((await exchangeToken(token, 'user', 'abc')).status).toBe(401)
    expect((await exchangeToken(token)).status).toBe(200)
  })

  it('[3008] may not be empty or left out', async () => {
    for (const token of ['', undefined]) {
      expect(await exchangeToken(token)).toMatchObject({ status: 400, body: { errors: [{ code: 3008 }] } })
    }
  })
})

describe('the token of a caller', () => {
  const at = () => Math.floor(clock / 1000)

  it.each<[string, () => Promise<string>]>([
    ['signed by another secret', () => appToken(clock, { secret: 'x'.repeat(32) })],
    ['of another app', () => appToken(clock, { subject: 'other.app' })],
    ['without jti', () => appToken(clock, { jti: null })],
    ['older than 300 s', () => appToken(clock, { issuedAtS: at() - 340 })],
    [
      'older than 300 s although it claims to live longer',
      () => appToken(clock, { issuedAtS: at() - 340, expiresAtS: at() + 999 }),
    ],
    ['that has expired', () => appToken(clock, { issuedAtS: at() - 200, expiresAtS: at() - 100 })],
    ['from the future', () => appToken(clock, { issuedAtS: at() + 120 })],
    ['that is no token', () => Promise.resolve('abc')],
  ])('%s is refused', async (_title, token) => {
    const answer = await exchange(contextKeys.issue(ANNA!.id, APP_UID), await token())
    expect(answer.status).toBe(401)
    expect(answer.headers.get('x-lognex-auth')).toBe('1056')
  })

  it('works once', async () => {
    const key = contextKeys.issue(ANNA!.id, APP_UID)
    const token = await appToken(clock)
    expect((await exchange(key, token)).status).toBe(200)
    expect((await exchange(key, token)).status).toBe(401)
  })
})

it('without Accept-Encoding: gzip the answer is 415 and has no body', async () => {
  const answer = await exchange('0'.repeat(40), undefined, { 'accept-encoding': 'identity' })
  expect([answer.status, answer.body]).toEqual([415, null])
})
