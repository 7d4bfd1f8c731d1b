import { describe, expect, it, vi } from 'vitest'
import { receiptOf } from '../journal/records.ts'
import { uuid } from '../testing/builders.ts'
import { sessionRenewMs } from '../testing/fake-server.ts'
import { drain, sale, sell, TestTills, type TillRig, until } from '../testing/till-rig.ts'
import type { Trouble } from '../trouble.ts'

const tills = new TestTills()

const asked = () => tills.server.named('POST /api/session').map(({ body }) => body)
const byKey = { wire: 'v1', contextKey: 'key' }
const byToken = { wire: 'v1', userToken: expect.any(String) as string }

/** A call that takes a session. */
const call = ({ till }: TillRig) => till.api('release', null, { id: uuid() })
const sessionOf = ({ till }: TillRig) => till.ready!.session.session
const authorOf = (record: Parameters<typeof receiptOf>[0]) => receiptOf(record).author

/** An hour passes, and what is due then is done. */
async function anHour(one: TillRig): Promise<void> {
  one.hands.elapsedMs += sessionRenewMs
  one.tick()
  await drain(one)
}

/** Whatever stood in the way from now on. */
function troublesOf({ till }: TillRig): Trouble[] {
  const seen: Trouble[] = []
  till.onChange(() => till.trouble && seen.push(till.trouble))
  return seen
}

describe('the first session', () => {
  it('[A1] [P1] is had by the key of the address at once: the page is not asked', async () => {
    const userToken = vi.fn(() => Promise.resolve(tills.server.userToken()))
    const { till } = await tills.start({ userToken })
    expect(till.ready).not.toBeNull()
    expect(asked()).toEqual([byKey])
    expect(userToken).not.toHaveBeenCalled()
  })

  it('[A1] is had by a user token where the address has no key', async () => {
    tills.server.vouches = true
    const one = await tills.start({ contextKey: '' })
    expect(one.till.trouble).toBeNull()
    expect(asked()).toEqual([byToken])
    await sell(one)
    await drain(one)
    expect(one.till.journal.state.unsettled).toBe(0)
  })

  it('[A1] is had by a user token where the key was refused', async () => {
    tills.server.vouches = true
    tills.server.keyIsGood = false
    const { till } = await tills.start()
    expect(till.ready).not.toBeNull()
    expect(asked()).toEqual([byKey, byToken])
  })

  it('[A1] silence refuses nothing: the key is tried again, and each time the page is asked anew', async () => {
    tills.server.moyskladAway = true
    const userToken = vi.fn(() => Promise.resolve(tills.server.userToken()))
    tills.server.vouches = true
    const ways = [tills.rig({ userToken }), tills.rig({ userToken, contextKey: '' })]
    for (const one of ways) void one.till.start()
    await until(() => (ways.forEach((one) => one.tick()), asked().length >= 6))
    tills.server.moyskladAway = false
    await until(() => (ways.forEach((one) => one.tick()), ways.every(({ till }) => till.ready !== null)))
    const tokens = asked().flatMap((body) => (body as { userToken?: string }).userToken ?? [])
    expect(new Set(tokens).size).toBe(tokens.length)
    expect(userToken).toHaveBeenCalledTimes(tokens.length)
  })

  it('[A1] [A2] when both ways are refused it is said, what waits is sent, and the next document lets in', async () => {
    const left = await tills.start()
    await drain(left)
    const record = await left.till.commitDraft(sale(), null, 'ask')
    await left.till.painted(record.id)
    left.till.close()
    tills.server.keyIsGood = false
    const one = await tills.start()
    expect(one.till.trouble).toBe('session_over')
    expect(one.till.ready).toBeNull()
    await until(() => tills.server.stored.has(record.id))
    tills.server.vouches = true
    one.till.documentOpened()
    await until(() => one.till.ready !== null)
    expect(one.till.trouble).toBeNull()
    // The key that was refused is not tried again.
    expect(asked()).toEqual([byKey, byKey, byToken])
    expect(tills.server.named('PUT /api/till').at(-1)!.body).toMatchObject({ storeId: tills.server.storeId })
    expect(await call(one)).toEqual({ released: true })
  })
})

describe('a frame that lives on', () => {
  it('[A1] has another session each hour, without a word, and what waits stays and is sent', async () => {
    tills.server.vouches = true
    const one = await tills.start()
    await drain(one)
    const record = await one.till.commitDraft(sale(), null, 'ask')
    const seen = troublesOf(one)
    const sessions = new Set([sessionOf(one)])
    one.hands.elapsedMs += sessionRenewMs - 1
    one.tick()
    await drain(one)
    expect(asked()).toEqual([byKey])
    one.hands.elapsedMs++
    for (let hour = 1; hour <= 3; hour++) {
      one.tick()
      await until(() => asked().length === hour + 1)
      await until(() => !sessions.has(sessionOf(one)))
      sessions.add(sessionOf(one))
      one.hands.elapsedMs += sessionRenewMs
    }
    expect(asked()).toEqual([byKey, byToken, byToken, byToken])
    // The one that is followed says which till it is.
    expect(tills.server.named('PUT /api/till')).toHaveLength(1)
    expect(await call(one)).toEqual({ released: true })
    await one.till.painted(record.id)
    await drain(one)
    expect(one.till.journal.state.unsettled).toBe(0)
    expect([...tills.server.stored.keys()]).toEqual([record.id])
    expect(seen).toEqual([])
  })

  it('[A1] whose session the server calls over has another one before the cashier sees anything', async () => {
    tills.server.vouches = true
    const one = await tills.start()
    await drain(one)
    const seen = troublesOf(one)
    tills.server.endSessions()
    expect(await Promise.all([call(one), call(one)])).toEqual([{ released: true }, { released: true }])
    expect(asked()).toEqual([byKey, byToken])
    expect(seen).toEqual([])
  })

  it('[A1] [F22] whose session the server has forgotten tells it which till it is, before the call is made again', async () => {
    tills.server.vouches = true
    const one = await tills.start()
    await drain(one)
    tills.server.endSessions(false)
    expect(await call(one)).toEqual({ released: true })
    expect(tills.server.named('PUT /api/till')).toHaveLength(2)
    expect(one.till.trouble).toBeNull()
  })

  it('[A1] [F22] and tells it later where the line was cut between the two', async () => {
    tills.server.vouches = true
    const one = await tills.start()
    await drain(one)
    tills.server.endSessions(false)
    tills.server.cut = (name) => (name === 'PUT /api/till' ? 'before' : null)
    await expect(call(one)).rejects.toThrow()
    tills.server.cut = null
    expect(await call(one)).toEqual({ released: true })
    expect(one.till.trouble).toBeNull()
  })

  it('[A1] in an older page works with its session to the end, and says then that it is over', async () => {
    const one = await tills.start()
    await drain(one)
    const seen = troublesOf(one)
    for (let hour = 1; hour <= 11; hour++) await anHour(one)
    expect(await call(one)).toEqual({ released: true })
    expect(seen).toEqual([])
    tills.server.endSessions()
    await expect(call(one)).rejects.toThrow('session_expired')
    expect(one.till.trouble).toBe('session_over')
  })

  it.each([
    ['MoySklad', () => (tills.server.moyskladAway = true)],
    ['the line', () => (tills.server.cut = (name) => (name === 'POST /api/session' ? 'before' : null))],
  ])(
    '[A1] silence of %s is no end of a session: the call fails alone, and the next one may pass',
    async (_, silence) => {
      tills.server.vouches = true
      const one = await tills.start()
      await drain(one)
      const seen = troublesOf(one)
      tills.server.endSessions()
      silence()
      await expect(call(one)).rejects.toThrow('session_expired')
      expect(seen).toEqual([])
      tills.server.moyskladAway = false
      tills.server.cut = null
      expect(await call(one)).toEqual({ released: true })
      expect(seen).toEqual([])
    },
  )

  it('[A1] that was out of sight, where the page gives no token, has a session when a document is opened', async () => {
    tills.server.vouches = true
    const one = await tills.start()
    await drain(one)
    tills.server.vouches = false
    tills.server.endSessions()
    await expect(call(one)).rejects.toThrow('session_expired')
    expect(one.till.trouble).toBe('session_over')
    tills.server.vouches = true
    one.till.documentOpened()
    // Whoever opens a document while the line is cut sells on a promise: nothing stands in the way.
    expect(one.till.trouble).toBeNull()
    expect(await call(one)).toEqual({ released: true })
    expect(one.till.trouble).toBeNull()
    expect(asked()).toEqual([byKey, byToken])
  })

  it('[A1] asks nothing when a document is opened within the hour', async () => {
    tills.server.vouches = true
    const one = await tills.start()
    one.till.documentOpened()
    await drain(one)
    expect(asked()).toEqual([byKey])
    one.hands.elapsedMs += sessionRenewMs
    one.till.documentOpened()
    await until(() => asked().length === 2)
  })

  it('[A1] that was closed asks nobody any more', async () => {
    const userToken = vi.fn(() => Promise.resolve(null))
    const one = await tills.start({ userToken })
    one.hands.elapsedMs += sessionRenewMs
    one.till.close()
    one.tick()
    expect(userToken).not.toHaveBeenCalled()
  })
})

describe('rights', () => {
  it('[A3] that are gone are said in the hour, nothing is asked with them, and a document opened later asks again', async () => {
    tills.server.vouches = true
    const one = await tills.start()
    await drain(one)
    const record = await sell(one)
    tills.server.person.maySell = false
    one.hands.elapsedMs += sessionRenewMs
    one.tick()
    await until(() => one.till.trouble === 'not_allowed')
    tills.server.calls.length = 0
    await one.till.releaseHold(uuid())
    await drain(one)
    expect(tills.server.calls.filter(({ name }) => name.startsWith('DELETE'))).toEqual([])
    // What was done with them goes to the server (A2).
    expect(tills.server.stored.has(record.id)).toBe(true)
    tills.server.person.maySell = true
    one.till.documentOpened()
    await until(() => one.till.trouble === null)
    await drain(one)
    expect(tills.server.calls.filter(({ name }) => name.startsWith('DELETE'))).toHaveLength(1)
  })

  it('[A3] that another frame has lost are gone here with the next call', async () => {
    const one = await tills.start()
    await drain(one)
    tills.server.person.maySell = false
    await expect(call(one)).rejects.toThrow('not_allowed')
    expect(one.till.trouble).toBe('not_allowed')
  })
})

describe('another one at the screen', () => {
  const boris = '8a000000-0000-11f0-0a80-000000000002'

  it('[J14] another employee: what follows is theirs, what was begun and done before stays the other’s', async () => {
    tills.server.vouches = true
    const one = await tills.start()
    await drain(one)
    const anna = one.till.ready!.session.employee.id
    const annas = { employeeId: anna, session: sessionOf(one) }
    tills.server.cut = (name) => (name === 'POST /api/sync' ? 'before' : null)
    const before = await sell(one)
    const begun = { ...one.till.newDraft(sale()), redeems: sale().redeems }
    await one.till.saveDraft(begun)
    tills.server.person.employeeId = boris
    await anHour(one)
    await until(() => one.till.ready!.session.employee.id === boris)
    const boriss = { employeeId: boris, session: sessionOf(one) }
    expect(boriss.session).not.toBe(annas.session)
    expect((await one.till.ready!.drafts.waiting()).map(({ employeeId }) => employeeId)).toEqual([anna])
    expect(one.till.newDraft(sale()).employeeId).toBe(boris)
    const after = await one.till.commitDraft(begun, null, 'ask')
    await one.till.painted(after.id)
    expect(authorOf(before)).toMatchObject(annas)
    expect(authorOf(after)).toMatchObject(boriss)
    tills.server.cut = null
    await drain(one)
    const stored = (id: string) => JSON.parse(tills.server.stored.get(id)!.receipt) as { author: unknown }
    expect(stored(before.id).author).toMatchObject(annas)
    expect(stored(after.id).author).toMatchObject(boriss)
    expect(one.till.trouble).toBeNull()
  })

  it('[F23] another account: the till stops for good and says so, and nothing of its journal goes there', async () => {
    tills.server.vouches = true
    const one = await tills.start()
    await drain(one)
    tills.server.cut = (name) => (name === 'POST /api/sync' ? 'before' : null)
    const record = await sell(one)
    const own = tills.server.person.accountId
    tills.server.person.accountId = uuid()
    one.hands.elapsedMs += sessionRenewMs
    one.tick()
    await until(() => one.till.trouble === 'account_changed')
    expect(one.till.ready).toBeNull()
    await expect(one.till.commitDraft(sale(), null, 'ask')).rejects.toThrow('not ready')
    // It goes to its own account, as the till’s, in nobody’s session (A2).
    tills.server.calls.length = 0
    tills.server.cut = null
    await until(() => (one.tick(), tills.server.stored.has(record.id)))
    for (const { name, token, body } of tills.server.calls) {
      expect(token, name).toBeNull()
      expect(body).toMatchObject({ accountId: own })
    }
    // The page is another one’s for good: also the way back is a new page.
    tills.server.person.accountId = own
    tills.server.calls.length = 0
    one.till.documentOpened()
    await expect(call(one)).rejects.toThrow()
    await anHour(one)
    expect(asked()).toEqual([])
    expect(one.till.trouble).toBe('account_changed')
  })

  it('[F23] another account than that of the journal which is sent without a session', async () => {
    const left = await tills.start()
    await drain(left)
    tills.server.cut = () => 'before'
    const record = await sell(left)
    left.till.close()
    tills.server.cut = null
    tills.server.keyIsGood = false
    const one = await tills.start()
    await until(() => tills.server.stored.has(record.id))
    tills.server.vouches = true
    tills.server.person.accountId = uuid()
    one.till.documentOpened()
    await until(() => one.till.trouble === 'account_changed')
    expect(one.till.ready).toBeNull()
    expect(tills.server.named('PUT /api/till')).toHaveLength(1)
  })
})
