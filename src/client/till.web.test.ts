import { deleteDB } from 'idb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { beaconKey } from './journal/beacon.ts'
import { databaseName } from './journal/database.ts'
import { receiptOf } from './journal/records.ts'
import { draft, uuid } from './testing/builders.ts'
import { FakeServer, proofOf } from './testing/fake-server.ts'
import { evict } from './testing/open-journal.ts'
import { drain, newTill, type TillRig, until } from './testing/till-rig.ts'
import type { Draft } from '../core/draft.ts'
import type { SyncRequest } from '../core/wire-tills.ts'

let account: string
let server: FakeServer
const rigs: TillRig[] = []
const accounts = new Set<string>()

beforeEach(() => {
  account = uuid()
  server = serverOf(account)
})

afterEach(async () => {
  for (const { till } of rigs.splice(0)) till.close()
  for (const one of accounts) await evict(one)
  accounts.clear()
})

function serverOf(accountId: string): FakeServer {
  accounts.add(accountId)
  return new FakeServer(accountId)
}

function rig(overrides: Parameters<typeof newTill>[1] = {}, at = server): TillRig {
  const made = newTill(at, overrides)
  rigs.push(made)
  return made
}

async function start(overrides: Parameters<typeof newTill>[1] = {}, at = server): Promise<TillRig> {
  const made = rig(overrides, at)
  await made.till.start()
  return made
}

const redeem = (overrides: Partial<Draft['redeems'][number]> = {}) =>
  ({
    cardId: uuid(),
    last4: '4821',
    number: null,
    holdId: uuid(),
    useUntilMs: 2_000_000_000_000,
    entered: 'scanned',
    amountKopecks: 150_000,
    heldKopecks: 150_000,
    availableKopecks: 150_000,
    expiresOn: null,
    confirmed: true,
    ...overrides,
  }) as Draft['redeems'][number]

const sale = () => draft({ redeems: [redeem()] })

/** A sale that its screen has shown. */
async function sell({ till }: TillRig, mode: 'ask' | 'promise' = 'ask') {
  const record = await till.commitDraft(sale(), null, mode)
  await till.painted(record.id)
  return record
}

describe('a till with a session', () => {
  it('[J5] registers its key, and every request is signed over a fresh nonce', async () => {
    const one = await start()
    expect(one.till.trouble).toBeNull()
    const { tillId } = receiptTill(await sell(one))
    await drain(one)
    expect(server.of(tillId).map((record) => record.seq)).toEqual([1])
    expect(one.till.state.unsettled).toBe(0)
    expect(server.named('PUT /api/till')[0]!.body).toMatchObject({
      id: tillId,
      epoch: 1,
      storeId: server.storeId,
      lost: null,
    })
  })

  it('[J5] a nonce that has grown old is replaced once, inside the signed bytes', async () => {
    const one = await start()
    await drain(one)
    server.age()
    server.calls.length = 0
    await sell(one)
    await drain(one)
    const nonces = server.named('POST /api/sync').map(({ body }) => (body as { nonce: string }).nonce)
    expect(nonces).toHaveLength(2)
    expect(nonces[0]).not.toBe(nonces[1])
    expect(one.till.state.unsettled).toBe(0)
  })

  it('[J14] a record names employee, session, store, till and moment', async () => {
    const one = await start()
    one.hands.elapsedMs = 5_000
    const record = await sell(one)
    expect(receiptOf(record)).toMatchObject({
      employeeId: one.till.ready!.session.employee.id,
      session: 'ab'.repeat(32),
      storeId: server.storeId,
      happenedAtMs: server.nowMs + 5_000,
      till: { epoch: 1, seq: 1 },
    })
  })

  it('[J12] cases and decisions come with every head and are kept', async () => {
    const one = await start()
    const decision = {
      caseId: 'c'.repeat(32),
      kind: 'shortfall' as const,
      receiptId: null,
      choice: 'acknowledge' as const,
      note: '',
      decidedAtMs: server.nowMs - 5,
      outcome: null,
    }
    server.casesOpen = 2
    server.decisions = [decision]
    await drain(one)
    expect(one.till.casesOpen).toBe(2)
    server.decisions = []
    await until(async () => {
      await drain(one)
      const body = server.named('POST /api/ping').at(-1)!.body as { decidedAfterMs: number }
      return body.decidedAfterMs === decision.decidedAtMs
    })
    one.till.close()
    const next = await start()
    await drain(next)
    expect(server.named('POST /api/ping').at(-1)!.body).toMatchObject({
      decidedAfterMs: decision.decidedAtMs,
    })
  })
})

describe('whatever became of the session', () => {
  it('[A2] the queue drains when the session is over, and the screen says both', async () => {
    const one = await start()
    await drain(one)
    const record = await one.till.commitDraft(sale(), null, 'ask')
    server.sessions = false
    await one.till.releaseHold(uuid())
    await expect(one.till.api('operations', null)).rejects.toThrow('session_expired')
    expect(one.till.trouble).toBe('session_over')
    await one.till.painted(record.id)
    await drain(one)
    expect(one.till.state.unsettled).toBe(0)
    expect(server.stored.has(record.id)).toBe(true)
    expect(one.till.trouble).toBe('session_over')
  })

  it('[A2] a frame that gets no session sends the one journal of this browser', async () => {
    const record = await leaveUnsent()
    server.sessions = false
    const two = await start()
    await until(() => two.till.state.unsettled === 0 && server.stored.has(record.id))
    expect(two.till.ready).toBeNull()
    expect(two.till.trouble).toBe('session_over')
    // Nothing but what a device may do.
    const names = server.calls.slice(server.calls.findLastIndex(({ name }) => name.includes('session')) + 1)
    for (const { name, token } of names) {
      expect(name).toMatch(/^POST \/api\/(sync|ping)$/)
      expect(token).toBeNull()
    }
  })

  it('[A2] with journals of several accounts nothing is guessed, and the screen says so', async () => {
    const record = await leaveUnsent()
    const other = serverOf(uuid())
    const neighbour = await start({}, other)
    neighbour.till.close()
    server.sessions = false
    const two = await start()
    expect(two.till.trouble).toBe('several_accounts')
    expect(server.stored.has(record.id)).toBe(false)
  })

  it('[F23] a journal of one account is never sent under the session of another', async () => {
    const record = await leaveUnsent()
    const other = serverOf(uuid())
    const two = await start({}, other)
    const own = await sell(two)
    await drain(two)
    expect([...other.stored.keys()]).toEqual([own.id])
    for (const { body } of other.calls) expect(JSON.stringify(body)).not.toContain(record.id)
    two.till.close()
    const back = await start()
    await drain(back)
    expect([...server.stored.keys()]).toEqual([record.id])
  })

  /** A record of a frame that is gone, shown but not sent. */
  async function leaveUnsent() {
    const one = await start()
    await drain(one)
    server.cut = () => 'before'
    const record = await sell(one)
    await drain(one)
    expect(server.stored.has(record.id)).toBe(false)
    one.till.close()
    server.cut = null
    return record
  }
})

describe('states of a till', () => {
  it('[J8] quarantined: the screen says so, and what is recorded is sent', async () => {
    const one = await start()
    await drain(one)
    server.state = 'quarantined'
    const record = await sell(one)
    await drain(one)
    expect(one.till.trouble).toBe('till_quarantined')
    expect(one.till.canPromise).toBe(false)
    expect(server.stored.has(record.id)).toBe(true)
    server.state = 'active'
    await drain(one)
    expect(one.till.trouble).toBeNull()
  })

  it('[F19] revoked: no hold may be promised on any more, and no number is sealed', async () => {
    const one = await start()
    const prepared = sale()
    await one.till.saveDraft(prepared)
    expect(await one.till.seal('4000123412341234', prepared.receiptId)).not.toBeNull()
    server.state = 'revoked'
    await drain(one)
    expect(one.till.trouble).toBe('till_revoked')
    await until(async () => (await one.till.ready!.drafts.waiting())[0]!.redeems[0]!.useUntilMs === 0)
    expect(await one.till.seal('4000123412341234', prepared.receiptId)).toBeNull()
  })

  it('[F9] retired: it sends everything and goes on as a new till with the next session', async () => {
    const one = await start()
    const before = receiptTill(await sell(one))
    server.state = 'retired'
    await drain(one)
    expect(server.of(before.tillId)).toHaveLength(1)
    server.state = 'active'
    one.till.close()
    const two = await start()
    expect(two.till.trouble).toBeNull()
    const after = receiptTill(await sell(two))
    await drain(two)
    expect(after.tillId).not.toBe(before.tillId)
    expect(after.seq).toBe(1)
    expect(server.of(after.tillId, after.epoch)).toHaveLength(1)
  })
})

describe('a server set back to an earlier moment', () => {
  it('[J7] [F22] gets what it lost again, with the mark of its own answer', async () => {
    const one = await start()
    const record = await sell(one)
    await drain(one)
    server.stored.clear()
    await drain(one)
    expect(server.stored.get(record.id)!.settled).toEqual({ status: 'applied', proof: proofOf(record.id) })
  })

  it('[F22] an outcome that comes out otherwise is noted beside the first and shown to a person', async () => {
    const one = await start()
    const record = await sell(one)
    await drain(one)
    server.stored.clear()
    server.outcome = () => ({ status: 'held', code: 'promise_refused' })
    await drain(one)
    const [state] = await one.till.ready!.journal.attention()
    expect(state).toMatchObject({
      record: { id: record.id },
      outcome: { status: 'applied' },
      changed: { status: 'held', code: 'promise_refused' },
    })
    await one.till.acknowledge(record)
    server.stored.clear()
    await drain(one)
    expect(await one.till.ready!.journal.attention()).toEqual([])
    expect((await one.till.ready!.journal.find(record.id))!.outcome).toMatchObject({ status: 'applied' })
  })

  it('[F22] that has forgotten the till’s keys learns them and all records again', async () => {
    server.rotate = true
    const one = await start()
    const first = await sell(one)
    await drain(one)
    server.rotate = false
    await until(async () => {
      await drain(one)
      return one.till.state.headSeq === 0
    })
    const second = await sell(one)
    await drain(one)
    expect(receiptTill(second)).toMatchObject({ epoch: 2, seq: 1 })
    server.stored.clear()
    server.keys.clear()
    await until(async () => {
      await drain(one)
      return server.stored.has(first.id) && server.stored.has(second.id)
    })
  })
})

describe('keys that change', () => {
  it('[F19] a rotation whose answer is lost is asked for again with the same key', async () => {
    server.rotate = true
    const one = await start()
    server.cut = (name) => (name.includes('rotate') ? 'after' : null)
    await drain(one)
    const [told] = server.named('POST /api/till/rotate')
    // The old key stays in use until the server has answered.
    const between = await sell(one)
    expect(receiptTill(between)).toMatchObject({ epoch: 1 })
    one.till.close()
    server.cut = null
    const two = await start()
    await drain(two)
    const again = server.named('POST /api/till/rotate')
    expect(again.at(-1)!.body).toMatchObject({ next: (told!.body as { next: object }).next })
    const after = await sell(two)
    await drain(two)
    expect(receiptTill(after)).toMatchObject({ epoch: 2, seq: 1, tillId: receiptTill(between).tillId })
    expect(server.of(receiptTill(after).tillId, 2)).toHaveLength(1)
  })

  it('[J5] batches go per epoch, the oldest first, each signed by its own key', async () => {
    const one = await start()
    server.cut = (name) => (name.includes('/sync') ? 'before' : null)
    const old = await sell(one)
    await drain(one)
    one.till.close()
    const { tillId } = receiptTill(old)
    localStorage.setItem(beaconKey(account), JSON.stringify({ tillId, epoch: 1, seq: 2 }))
    const two = await start()
    const fresh = await sell(two)
    server.cut = null
    server.calls.length = 0
    two.tick()
    await until(() => server.stored.size === 2)
    const sent = server.named('POST /api/sync').map(({ body }) => (body as SyncRequest).till.epoch)
    expect(sent).toEqual([1, 2])
    expect([...server.stored.keys()]).toEqual([old.id, fresh.id])
  })
})

describe('a journal that has lost its tail', () => {
  it('[F7] [F8] the beacon is ahead: a new epoch, no number twice, and the server is told what is gone', async () => {
    const one = await start()
    const first = await sell(one)
    await drain(one)
    one.till.close()
    const { tillId } = receiptTill(first)
    localStorage.setItem(beaconKey(account), JSON.stringify({ tillId, epoch: 1, seq: 3 }))
    server.calls.length = 0
    const two = await start()
    expect(server.named('PUT /api/till')[0]!.body).toMatchObject({
      id: tillId,
      epoch: 2,
      lost: { epoch: 1, fromSeq: 2, toSeq: 3 },
    })
    expect(receiptTill(await sell(two))).toEqual({ tillId, epoch: 2, seq: 1 })
    two.till.close()
    const three = await start()
    expect(server.named('PUT /api/till').at(-1)!.body).toMatchObject({ epoch: 2, lost: null })
    expect(three.till.trouble).toBeNull()
  })

  it('[F7] [F8] the server is ahead at the start: a new epoch at once', async () => {
    const one = await start()
    const { tillId } = receiptTill(await sell(one))
    await drain(one)
    ahead(tillId, 1, 5)
    one.till.close()
    const two = await start()
    expect(server.named('PUT /api/till').at(-1)!.body).toMatchObject({
      epoch: 2,
      lost: { epoch: 1, fromSeq: 2, toSeq: 5 },
    })
    expect(receiptTill(await sell(two))).toEqual({ tillId, epoch: 2, seq: 1 })
  })

  it('[F9] the server is ahead in the middle of a shift: all frames go on in a new epoch', async () => {
    const one = await start()
    const other = await start()
    const { tillId } = receiptTill(await sell(one))
    await drain(one)
    ahead(tillId, 1, 5)
    await drain(one)
    expect(receiptTill(await sell(one))).toEqual({ tillId, epoch: 2, seq: 1 })
    await until(async () => receiptTill(await sell(other)).epoch === 2)
  })

  it('[F6] an evicted partition makes a new till, and nothing of the old one is continued', async () => {
    const one = await start()
    const before = receiptTill(await sell(one))
    await drain(one)
    one.till.close()
    await evict(account)
    const two = await start()
    const after = receiptTill(await sell(two))
    expect(after.tillId).not.toBe(before.tillId)
    expect(after).toMatchObject({ epoch: 1, seq: 1 })
    await drain(two)
    expect(server.stored.size).toBe(2)
  })

  it('[F7] a database that is gone while the beacon is there: the same till says what it lost', async () => {
    const one = await start()
    const { tillId } = receiptTill(await sell(one))
    one.till.close()
    await deleteDB(databaseName(account))
    await start()
    expect(server.named('PUT /api/till').at(-1)!.body).toMatchObject({
      id: tillId,
      epoch: 2,
      lost: { epoch: 1, fromSeq: 1, toSeq: 1 },
    })
  })

  /** The server has a record that no journal has. */
  function ahead(tillId: string, epoch: number, seq: number): void {
    const id = uuid()
    server.stored.set(id, {
      accountId: account,
      tillId,
      epoch,
      seq,
      id,
      receipt: '{}',
      settled: null,
      times: 1,
    })
  }
})

function receiptTill(record: Parameters<typeof receiptOf>[0]) {
  const { id, epoch, seq } = receiptOf(record).till!
  return { tillId: id, epoch, seq }
}
