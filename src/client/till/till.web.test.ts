import { describe, expect, it } from 'vitest'
import { receiptOf } from '../journal/records.ts'
import { uuid } from '../testing/builders.ts'
import { proofOf } from '../testing/fake-server.ts'
import { TestTills, drain, sale, sell, tillOf, until } from '../testing/till-rig.ts'

const tills = new TestTills()

describe('a till with a session', () => {
  it('[J5] registers its key, and every request is signed over a fresh nonce', async () => {
    const one = await tills.start()
    expect(one.till.trouble).toBeNull()
    const { journal } = tillOf(await sell(one))
    await drain(one)
    expect(tills.server.of(journal).map((record) => record.seq)).toEqual([1])
    expect(one.till.journal.state.unsettled).toBe(0)
    expect(tills.server.named('PUT /api/till')[0]!.body).toMatchObject({
      accountId: tills.server.accountId,
      journal,
      parent: null,
      storeId: tills.server.storeId,
      speaks: true,
    })
  })

  it('[J12] is never ready with a journal that was not read: what waits is not called sent', async () => {
    tills.server.cut = (name) => (name === 'POST /api/sync' ? 'before' : null)
    const first = await tills.start()
    await sell(first)
    first.till.close()
    const next = tills.rig()
    const waiting: number[] = []
    let ready: typeof next.till.ready = null
    // Whatever tells the screen next, it reads the state as it is at this moment.
    Object.defineProperty(next.till, 'ready', {
      get: () => ready,
      set(value: typeof ready) {
        ready = value
        waiting.push(next.till.journal.state.unsettled)
      },
    })
    await next.till.start()
    expect(waiting).toEqual([1])
  })

  it('[J5] a nonce that has grown old is replaced once, inside the signed bytes', async () => {
    const one = await tills.start()
    await drain(one)
    tills.server.age()
    tills.server.calls.length = 0
    await sell(one)
    await drain(one)
    const nonces = tills.server.named('POST /api/sync').map(({ body }) => (body as { nonce: string }).nonce)
    expect(nonces).toHaveLength(2)
    expect(nonces[0]).not.toBe(nonces[1])
    expect(one.till.journal.state.unsettled).toBe(0)
  })

  it('[J14] a record names employee, session, store, till and moment', async () => {
    const one = await tills.start()
    one.hands.elapsedMs = 5_000
    const record = await sell(one)
    const [journal] = tills.server.journals.keys()
    expect(receiptOf(record)).toMatchObject({
      author: {
        kind: 'employee',
        employeeId: one.till.ready!.session.employee.id,
        session: one.till.ready!.session.session,
      },
      door: 'checkout',
      storeId: tills.server.storeId,
      happenedAtMs: tills.server.nowMs + 5_000,
      place: { journal, seq: 1 },
    })
  })

  it.each([
    ['its hold may still be used', {}, true],
    ['its hold is over, although the record is young', { useUntilMs: 1 }, false],
    ['it stands on no hold', { holdId: null }, false],
    ['the number was typed', { entered: 'typed' as const }, false],
  ])('[J2] [O2] [O5] an unanswered ask may become a promise or not: %s', async (_, redeem, may) => {
    tills.server.cut = (name) => (name === 'POST /api/sync' ? 'before' : null)
    const { till, hands } = await tills.start()
    const useUntilMs = till.serverNowMs() + 60_000
    const ask = await till.commitDraft(sale({ useUntilMs, ...redeem }), null, 'ask')
    expect(till.mayPromiseInstead(ask)).toBe(may)
    hands.elapsedMs += 60_000
    expect(till.mayPromiseInstead(ask)).toBe(false)
    await expect(till.promiseInstead(ask)).rejects.toThrow('may not promise')
    expect((await till.ready!.journal.recent(10)).map(({ record }) => record.id)).toEqual([ask.id])
  })

  it('[J12] cases and decisions come with every head and are kept', async () => {
    const one = await tills.start()
    const decision = {
      caseId: 'c'.repeat(32),
      kind: 'shortfall' as const,
      receiptId: null,
      choice: 'acknowledge' as const,
      note: '',
      decidedAtMs: tills.server.nowMs - 5,
      outcome: null,
    }
    tills.server.casesOpen = 2
    tills.server.decisions = [decision]
    await drain(one)
    expect(one.till.casesOpen).toBe(2)
    tills.server.decisions = []
    await until(async () => {
      await drain(one)
      const body = tills.server.named('POST /api/ping').at(-1)!.body as { decidedAfterMs: number }
      return body.decidedAfterMs === decision.decidedAtMs
    })
    one.till.close()
    const next = await tills.start()
    await drain(next)
    expect(tills.server.named('POST /api/ping').at(-1)!.body).toMatchObject({
      decidedAfterMs: decision.decidedAtMs,
    })
  })
})

describe('whatever became of the session', () => {
  it('[A2] the queue drains when the session is over, and the screen says both', async () => {
    const one = await tills.start()
    await drain(one)
    const record = await one.till.commitDraft(sale(), null, 'ask')
    tills.server.sessions = false
    await one.till.releaseHold(uuid())
    await expect(one.till.api('operations', null)).rejects.toThrow('session_expired')
    expect(one.till.trouble).toBe('session_over')
    await one.till.painted(record.id)
    await drain(one)
    expect(one.till.journal.state.unsettled).toBe(0)
    expect(tills.server.stored.has(record.id)).toBe(true)
    expect(one.till.trouble).toBe('session_over')
  })

  it('[A2] a frame that gets no session sends the one journal of this browser', async () => {
    const record = await leaveUnsent()
    tills.server.sessions = false
    const two = await tills.start()
    await until(() => two.till.journal.state.unsettled === 0 && tills.server.stored.has(record.id))
    expect(two.till.ready).toBeNull()
    expect(two.till.trouble).toBe('session_over')
    // Nothing but what a device may do.
    const names = tills.server.calls.slice(
      tills.server.calls.findLastIndex(({ name }) => name.includes('session')) + 1,
    )
    for (const { name, token } of names) {
      expect(name).toMatch(/^POST \/api\/(sync|ping)$/)
      expect(token).toBeNull()
    }
  })

  it('[A2] with journals of several accounts nothing is guessed, and the screen says so', async () => {
    const record = await leaveUnsent()
    const other = tills.serverOf(uuid())
    const neighbour = await tills.start({}, other)
    neighbour.till.close()
    tills.server.sessions = false
    const two = await tills.start()
    expect(two.till.trouble).toBe('several_accounts')
    expect(tills.server.stored.has(record.id)).toBe(false)
  })

  it('[F23] a journal of one account is never sent under the session of another', async () => {
    const record = await leaveUnsent()
    const other = tills.serverOf(uuid())
    const two = await tills.start({}, other)
    const own = await sell(two)
    await drain(two)
    expect([...other.stored.keys()]).toEqual([own.id])
    for (const { body } of other.calls) expect(JSON.stringify(body)).not.toContain(record.id)
    two.till.close()
    const back = await tills.start()
    await drain(back)
    expect([...tills.server.stored.keys()]).toEqual([record.id])
  })

  /** A record of a frame that is gone, shown but not sent. */
  async function leaveUnsent() {
    const one = await tills.start()
    await drain(one)
    tills.server.cut = () => 'before'
    const record = await sell(one)
    await drain(one)
    expect(tills.server.stored.has(record.id)).toBe(false)
    one.till.close()
    tills.server.cut = null
    return record
  }
})

describe('states of a till', () => {
  it('[J8] quarantined: the screen says so, and what is recorded is sent', async () => {
    const one = await tills.start()
    await drain(one)
    tills.server.state = 'quarantined'
    const record = await sell(one)
    await drain(one)
    expect(one.till.trouble).toBe('till_quarantined')
    expect(one.till.canPromise).toBe(false)
    expect(tills.server.stored.has(record.id)).toBe(true)
    tills.server.state = 'active'
    await drain(one)
    expect(one.till.trouble).toBeNull()
  })

  it('[J8] quarantined: neither grant nor book is asked for again and again', async () => {
    const one = await tills.start()
    await drain(one)
    tills.server.state = 'quarantined'
    await drain(one)
    tills.server.calls.length = 0
    for (let n = 0; n < 3; n++) await drain(one)
    expect(tills.server.calls.map(({ name }) => name)).toEqual(Array(3).fill('POST /api/ping'))
  })

  it('[F19] revoked: no hold may be promised on any more, and no number is sealed', async () => {
    const one = await tills.start()
    const prepared = sale()
    await one.till.saveDraft(prepared)
    expect(await one.till.seal('4000123412341234', prepared.receiptId)).not.toBeNull()
    tills.server.state = 'revoked'
    await drain(one)
    expect(one.till.trouble).toBe('till_revoked')
    await until(async () => (await one.till.ready!.drafts.waiting())[0]!.redeems[0]!.useUntilMs === 0)
    expect(await one.till.seal('4000123412341234', prepared.receiptId)).toBeNull()
  })

  it('[F9] retired: it sends everything and goes on as a new till with the next session', async () => {
    const one = await tills.start()
    const before = tillOf(await sell(one))
    tills.server.state = 'retired'
    await drain(one)
    expect(tills.server.of(before.journal)).toHaveLength(1)
    tills.server.state = 'active'
    one.till.close()
    const two = await tills.start()
    expect(two.till.trouble).toBeNull()
    const after = tillOf(await sell(two))
    await drain(two)
    expect(tills.server.journals.get(after.journal)!.tillId).toBe(after.journal)
    expect(after.journal).not.toBe(before.journal)
    expect(after.seq).toBe(1)
    expect(tills.server.of(after.journal)).toHaveLength(1)
  })

  it('[J7] [F22] retired: a restored server gets what the till had sent as the one that it was before', async () => {
    const one = await tills.start()
    const before = await sell(one)
    tills.server.state = 'retired'
    await drain(one)
    tills.server.state = 'active'
    one.till.close()
    const two = await tills.start()
    const after = await sell(two)
    await drain(two)
    expect(tillOf(after).journal).not.toBe(tillOf(before).journal)
    // The session speaks for the new till, and the key of the old one is forgotten.
    tills.server.stored.clear()
    tills.server.journals.clear()
    await until(async () => {
      await drain(two)
      return tills.server.stored.has(before.id) && tills.server.stored.has(after.id)
    })
    expect(tills.server.of(tillOf(before).journal)).toHaveLength(1)
  })
})

describe('a restored server', () => {
  it('[J7] [F22] gets what it lost again, with the mark of its own answer', async () => {
    const one = await tills.start()
    const record = await sell(one)
    await drain(one)
    tills.server.stored.clear()
    await drain(one)
    expect(tills.server.stored.get(record.id)!.settled).toMatchObject({
      outcome: { status: 'applied' },
      proof: proofOf(record.id),
    })
  })

  it.each([
    ['more than this till has', 3, 4],
    ['as much', 2, 3],
    ['less', 2, 2],
  ])(
    '[F9] [F22] a copy of the till has taken the numbers since, %s: what the server had of this one comes again',
    async (_, from, to) => {
      const one = await tills.start()
      const all = [await sell(one), await sell(one), await sell(one)]
      await drain(one)
      const { journal } = tillOf(all[0]!)
      for (const { id, seq } of all) if (seq >= from) tills.server.stored.delete(id)
      for (let seq = from; seq <= to; seq++) {
        const id = uuid()
        const rest = { receipt: '{}', settled: null, times: 1 }
        tills.server.stored.set(id, {
          accountId: tills.server.accountId,
          journal,
          seq,
          id,
          ...rest,
        })
      }
      one.till.close()
      const two = await tills.start()
      await until(async () => {
        await drain(two)
        return all.every(({ id }) => tills.server.stored.has(id))
      })
      // Once is enough.
      const times = () => all.map(({ id }) => tills.server.stored.get(id)!.times)
      const before = times()
      two.tick()
      await drain(two)
      expect(times()).toEqual(before)
    },
  )

  it('[F22] an outcome that comes out otherwise is noted beside the first and shown to a person', async () => {
    const one = await tills.start()
    const record = await sell(one)
    await drain(one)
    tills.server.stored.clear()
    tills.server.outcome = () => ({ status: 'in_review', code: 'promise_refused' })
    await drain(one)
    const [state] = await one.till.ready!.journal.attention()
    expect(state).toMatchObject({
      record: { id: record.id },
      outcome: { status: 'applied' },
      changed: { status: 'in_review', code: 'promise_refused' },
    })
    await one.till.acknowledge(record)
    tills.server.stored.clear()
    await drain(one)
    expect(await one.till.ready!.journal.attention()).toEqual([])
    expect((await one.till.ready!.journal.find(record.id))!.outcome).toMatchObject({ status: 'applied' })
  })

  it('[F22] that has forgotten the till’s keys learns them and all records again', async () => {
    tills.server.keyIsOld = true
    const one = await tills.start()
    const first = await sell(one)
    await drain(one)
    tills.server.keyIsOld = false
    await until(async () => {
      await drain(one)
      return tills.server.journals.size === 2
    })
    const second = await sell(one)
    await drain(one)
    expect(tillOf(second).journal).not.toBe(tillOf(first).journal)
    expect(tillOf(second).seq).toBe(1)
    tills.server.stored.clear()
    tills.server.journals.clear()
    await until(async () => {
      await drain(one)
      return tills.server.stored.has(first.id) && tills.server.stored.has(second.id)
    })
  })
})
