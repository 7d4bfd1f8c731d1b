import { expect, it, vi } from 'vitest'
import type { SessionAnswer } from '../../core/wire/session.ts'
import { type Api, Denied } from '../api/api.ts'
import { Troubles } from '../trouble.ts'
import { Sessions, type SessionsDeps } from './session.ts'

function setup(overrides: Partial<SessionsDeps> = {}) {
  let given = 0
  const userToken = vi.fn(() => Promise.resolve<string | null>('user-token'))
  const answer = () =>
    ({ accountId: 'a', token: `token-${++given}`, renewAfterMs: 1 }) as unknown as SessionAnswer
  const sessions = new Sessions({
    api: () => Promise.resolve(answer()),
    contextKey: 'key',
    userToken,
    pause: () => Promise.resolve(false),
    elapsed: () => 0,
    window: { setTimeout: (() => 1) as never, clearTimeout: () => undefined },
    troubles: new Troubles(() => undefined),
    accountId: () => null,
    onRenewed: () => Promise.resolve(),
    onMoved: () => undefined,
    log: () => undefined,
    ...overrides,
  })
  return { sessions, userToken }
}

it('[A1] a call that was under way while the session was renewed is made again, and nobody is asked for that', async () => {
  const { sessions, userToken } = setup()
  await sessions.open()
  const old = sessions.token
  expect(await sessions.refused('session_expired', 'lookup', old)).toBe(true)
  expect(userToken).toHaveBeenCalledTimes(1)
  expect(await sessions.refused('session_expired', 'release', old)).toBe(true)
  expect(userToken).toHaveBeenCalledTimes(1)
})

it('[A1] telling the new session its till is a part of the renewal and does not wait for it', async () => {
  const refused: boolean[] = []
  const { sessions } = setup({
    async onRenewed() {
      refused.push(await sessions.refused('session_missing', 'till', sessions.token))
    },
  })
  await sessions.open()
  expect(await sessions.refused('session_missing', 'lookup', sessions.token)).toBe(true)
  expect(refused).toEqual([false])
})

it('[A1] a till that is told in a session which is over brings another one about', async () => {
  const { sessions, userToken } = setup()
  await sessions.open()
  const old = sessions.token
  expect(await sessions.refused('session_expired', 'till', old)).toBe(false)
  expect(userToken).toHaveBeenCalledTimes(1)
  await vi.waitFor(() => expect(sessions.token).not.toBe(old))
})

it('[A3] a renewal that is refused for want of rights ends the session, one that nobody vouches for does not', async () => {
  let nowMs = 0
  let denied: Denied | null = null
  const troubles = new Troubles(() => undefined)
  const answer = { accountId: 'a', token: 'token', renewAfterMs: 1 } as unknown as SessionAnswer
  const { sessions } = setup({
    api: (() => (denied ? Promise.reject(denied) : Promise.resolve(answer))) as unknown as Api,
    elapsed: () => nowMs,
    troubles,
  })
  await sessions.open()
  nowMs = 1
  denied = new Denied('context_invalid', 'used already')
  await sessions.opened()
  expect(sessions.current).not.toBeNull()
  denied = new Denied('not_allowed', 'no rights')
  await sessions.opened()
  expect(sessions.current).toBeNull()
  expect(troubles.first).toBe('not_allowed')
})

it.each(['not_found', 'body_invalid', 'nonce_stale', 'till_not_active'] as const)(
  '[A1] %s says nothing of the session',
  async (code) => {
    const { sessions, userToken } = setup()
    await sessions.open()
    expect(await sessions.refused(code, 'lookup', sessions.token)).toBe(false)
    expect(userToken).not.toHaveBeenCalled()
    expect(sessions.current).not.toBeNull()
  },
)

it('[A2] what a till does without a session does not ask for one: a journal that the server has forgotten is no session', async () => {
  const { sessions, userToken } = setup()
  await sessions.open()
  for (const name of ['ping', 'sync', 'syncRaw', 'till'] as const) {
    expect(await sessions.refused('till_unknown', name, sessions.token)).toBe(false)
  }
  expect(userToken).not.toHaveBeenCalled()
})
