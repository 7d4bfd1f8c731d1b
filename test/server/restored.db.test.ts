import { expect, test } from 'vitest'
import type { FinalOutcome } from '../../src/core/receipt/outcome.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import { balanceOf } from './look.ts'
import { redeem, saleOf, undo } from '../../src/core/testing/builders.ts'
import { onRestoredServers } from './restored-scene.ts'
import { newDraftId, type TestTill } from './test-till.ts'
import { addCard, type NewCard, verdictOf } from './world.ts'

/** A server restored from a backup is refilled by its tills, and believes its own proofs (J7). */
onRestoredServers('a restored server', (scene) => {
  const pay = (till: TestTill, card: NewCard, amount: number, rest: Partial<Receipt> = {}) =>
    till.receipt([redeem(card.id, amount)], rest)

  test('[F22] what was applied is applied again, what was refused stays refused, and nobody is asked', async () => {
    const { till, manager, card, backUp, setBack, send, refill, cases } = await scene()
    const before = pay(till, card, 10)
    await send(till, before)
    await backUp()
    const [paid, tooMuch, back] = [pay(till, card, 70), pay(till, card, 50), till.receipt([undo(before.id)])]
    expect(await send(till, paid, tooMuch, back)).toEqual([
      'applied',
      'refused insufficient_funds',
      'applied',
    ])
    await setBack()
    expect((await till.ping()).headSeq).toBe(1)
    // By now the card could pay both; the buyer of the refused one has paid otherwise.
    expect(await refill(till, paid, tooMuch, back)).toEqual([
      'applied',
      'refused insufficient_funds',
      'applied',
    ])
    expect(await balanceOf(manager, card)).toBe(30)
    expect((await till.ping()).headSeq).toBe(4)
    expect(await cases()).toEqual([])
  })

  test('[F22] [J7] nothing is decided for a till that has had answers above the head, until it has refilled the server', async () => {
    const { till, manager, card, backUp, setBack, send, refill, cases } = await scene()
    const first = pay(till, card, 10)
    await send(till, first)
    await backUp()
    const paid = pay(till, card, 80)
    await send(till, paid)
    await setBack()
    // No answer has told the till yet. Decided now, the 70 would be paid of money that was spent.
    const next = pay(till, card, 70)
    const { head, outcomes } = await till.answer('sync', { ...till.batch([next]), answeredSeq: 2 })
    expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual(['later'])
    expect(head).toMatchObject({ headSeq: 1, state: 'active' })
    expect(await refill(till, paid)).toEqual(['applied'])
    const { outcomes: decided } = await till.answer('sync', { ...till.batch([next]), answeredSeq: 2 })
    expect(decided.map(({ outcome }) => verdictOf(outcome))).toEqual(['refused insufficient_funds'])
    expect(await balanceOf(manager, card)).toBe(10)
    expect(await cases()).toEqual([])
  })

  test('[F22] what had come late is named as missing again, and refilled', async () => {
    const { till, manager, card, backUp, setBack, send, refill, cases } = await scene()
    const [first, late, third] = [pay(till, card, 10), pay(till, card, 20), pay(till, card, 30)]
    await send(till, first, third)
    await backUp()
    await send(till, late)
    expect(await till.ping()).toMatchObject({ headSeq: 3, missing: [] })
    await setBack()
    expect(await till.ping()).toMatchObject({ headSeq: 3, missing: [2] })
    expect(await refill(till, late)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(40)
    expect((await cases()).map(([kind]) => kind)).toEqual(['gap (closed)'])
  })

  test('[F22] a refused record stays refused although it could be applied now', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, cases } = await scene()
    await backUp()
    const first = pay(other, card, 80)
    const tooMuch = pay(till, card, 50)
    await send(other, first)
    expect(await send(till, tooMuch)).toEqual(['refused insufficient_funds'])
    await setBack()
    expect(await refill(till, tooMuch)).toEqual(['refused insufficient_funds'])
    expect(await refill(other, first)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(20)
    expect(await cases()).toEqual([])
  })

  test('[F22] an applied ask whose money is gone by now waits, and a manager books what the card lacks as a loss', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, cases, decide } = await scene()
    await backUp()
    const paid = pay(till, card, 80)
    await send(till, paid)
    await setBack()
    // Another till came first, and the restored server knew nothing of the 80.
    expect(await send(other, pay(other, card, 90))).toEqual(['applied'])
    expect(await refill(till, paid)).toEqual(['in_review promise_refused'])
    expect(await balanceOf(manager, card)).toBe(10)
    await decide('apply', paid)
    expect(await balanceOf(manager, card)).toBe(0)
    expect((await cases()).map(([kind]) => kind)).toEqual([
      'outcome_changed',
      'promise_refused (apply)',
      'shortfall',
    ])
  })

  test('[F22] what cannot be booked again is in review, and the cashier who saw it applied is told: a case', async () => {
    const { till, manager, card, backUp, setBack, send, refill, cases } = await scene()
    await backUp()
    const fresh = await addCard(manager, { paid: 50 })
    const paid = pay(till, fresh, 20)
    await send(till, paid)
    await setBack()
    // The card itself is newer than the backup.
    expect(await refill(till, paid)).toEqual(['in_review card_unknown'])
    expect(await cases()).toEqual([
      ['card_unknown', { journal: till.device.journal, seq: 1 }],
      ['outcome_changed', { journal: till.device.journal, seq: 1, before: 'applied', now: 'in_review' }],
    ])
    expect(await refill(till, paid)).toEqual(['in_review card_unknown'])
    expect(await cases()).toHaveLength(2)
    expect(await balanceOf(manager, card)).toBe(100)
  })

  test('[F22] what waited for a human waits again, although it could be booked now', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, cases } = await scene()
    await backUp()
    const holdId = await other.hold(card.id, 60)
    const foreign = till.receipt([redeem(card.id, 60, { holdId })], { mode: 'promise' })
    expect(await send(till, foreign)).toEqual(['in_review promise_without_hold'])
    await setBack()
    await refill(till, foreign)
    expect((await cases()).map(([kind]) => kind)).toEqual(['promise_without_hold'])
    expect(await balanceOf(manager, card)).toBe(100)
  })

  test('[F22] a record that comes without its proof is decided anew; with the proof afterwards the change is a case', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, cases } = await scene()
    await backUp()
    const paid = pay(till, card, 80)
    await send(till, paid)
    await setBack()
    await send(other, pay(other, card, 90))
    // As a till does whose answer was lost: it knows of no outcome.
    const answered = till.batch([paid])
    const { outcomes } = await till.answer('sync', answered)
    expect(verdictOf(outcomes[0]!.outcome)).toBe('refused insufficient_funds')
    expect(await refill(till, paid)).toEqual(['refused insufficient_funds'])
    expect(await cases()).toEqual([
      ['outcome_changed', { journal: till.device.journal, seq: 1, before: 'applied', now: 'refused' }],
    ])
    expect(await balanceOf(manager, card)).toBe(10)
  })

  test('[F22] nobody else’s word counts: a proof of another record or another answer changes nothing', async () => {
    const { till, card, manager, send, cases } = await scene()
    const paid = pay(till, card, 10)
    const { outcomes } = await till.sync(paid)
    const { outcome, proof } = outcomes[0]!
    if (outcome.status !== 'applied') throw new Error('not applied')
    const [other, tooMuch] = [pay(till, card, 5), pay(till, card, 500)]
    const batch = till.batch([tooMuch])
    const forgeries: FinalOutcome[] = [
      outcome,
      { ...outcome, effects: outcome.effects.map((one) => ({ ...one, changeKopecks: -500 })) },
      { status: 'in_review', code: 'promise_refused' },
    ]
    for (const one of forgeries) {
      const records = batch.records.map((record) => ({ ...record, settled: { outcome: one, proof: proof! } }))
      const forged = { ...batch, records }
      const answer = await till.answer('sync', forged)
      expect(verdictOf(answer.outcomes[0]!.outcome)).toBe('refused insufficient_funds')
    }
    // Nor is an answer of its own that was made better.
    const [batchOfPaid, better] = [till.batch([paid]), { ...outcome, postedAtMs: outcome.postedAtMs + 1 }]
    const records = batchOfPaid.records.map((one) => ({
      ...one,
      settled: { outcome: better, proof: proof! },
    }))
    await till.answer('sync', { ...batchOfPaid, records })
    expect(await send(till, other)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(85)
    expect((await cases()).map(([kind]) => kind)).toEqual(['gap (closed)'])
  })

  test('[F22] drafts and holds do not stand in the way of refilling, and holds that were spent end again', async () => {
    const { till, manager, card, backUp, setBack, send, refill, cases } = await scene()
    const draftId = newDraftId()
    const early = await till.hold(card.id, 40, draftId)
    await backUp()
    const late = await till.hold(card.id, 30)
    const promises = [
      till.receipt([redeem(card.id, 40, { holdId: early })], {
        mode: 'promise',
        sale: saleOf(null, 0, draftId),
      }),
      // Its hold is younger than the backup: the restored server never heard of it.
      till.receipt([redeem(card.id, 30, { holdId: late })], { mode: 'promise' }),
    ]
    expect(await send(till, ...promises)).toEqual(['applied', 'applied'])
    await setBack()
    expect(await refill(till, ...promises)).toEqual(['applied', 'applied'])
    const { card: view } = await manager.answer('lookup', {
      number: card.number,
      entered: 'scanned',
      hold: null,
    })
    expect(view).toMatchObject({ balanceKopecks: 30, availableKopecks: 30, heldBy: null })
    expect(await cases()).toEqual([])
  })

  test('[F22] an ask and the promise made in its stead are one business after refilling too', async () => {
    const { till, manager, card, backUp, setBack, send, refill, cases } = await scene()
    const holdId = await till.hold(card.id, 40)
    await backUp()
    const ask = till.receipt([redeem(card.id, 40, { holdId })])
    const promise = till.receipt([redeem(card.id, 40, { holdId })], { mode: 'promise', standsFor: ask.id })
    expect(await send(till, ask, promise)).toEqual(['applied', `applied by ${ask.id}`])
    await setBack()
    expect(await refill(till, ask, promise)).toEqual(['applied', `applied by ${ask.id}`])
    expect(await balanceOf(manager, card)).toBe(60)
    expect(await cases()).toEqual([])
  })

  test('[J2] [F22] a promise that waits once more is not booked beside its ask, which is applied now', async () => {
    const { till, other, manager, card, backUp, setBack, send, asSettled } = await scene()
    await backUp()
    await send(other, pay(other, card, 90))
    const ask = pay(till, card, 40)
    const promise = pay(till, card, 40, { mode: 'promise', standsFor: ask.id })
    const [refused, waits] = await send(till, ask, promise)
    expect([refused, waits?.split(' ')[0]]).toEqual(['refused insufficient_funds', 'in_review'])
    await setBack()
    // The answer to the ask was never heard, so the till has no mark of it.
    const batch = till.batch([ask, promise])
    const records = batch.records.map((one) => (one.id === promise.id ? asSettled(one) : one))
    const { outcomes } = await till.answer('sync', { ...batch, records })
    expect(outcomes.map(({ outcome }) => outcome.status)).toEqual(['applied', 'in_review'])
    const { cases } = await manager.answer('cases', null)
    const { id } = cases.find(({ receiptId }) => receiptId === promise.id)!
    expect(await manager.denial('decideCase', { choice: 'apply', note: '' }, id)).toBe('409 choice_unknown')
    await manager.answer('decideCase', { choice: 'dismiss', note: '' }, id)
    expect(await balanceOf(manager, card)).toBe(60)
  })

  test('[F9] [F22] copies whose branches are newer than the backup both come back, whichever is first', async () => {
    const { till, manager, card, backUp, setBack, send, refill, cases } = await scene()
    await backUp()
    const double = till.copy()
    for (const one of [till, double]) one.goOn()
    await till.register()
    const paid = pay(till, card, 30)
    expect(await send(till, paid)).toEqual(['applied'])
    const before = await till.ping()
    expect(before).toMatchObject({ headSeq: 1, state: 'active' })
    await setBack()
    double.fetch = till.fetch
    await double.register()
    expect(await send(double, pay(double, card, 20))).toEqual(['applied'])
    // No number of one branch hides a record of the other.
    expect((await till.register()).head).toMatchObject({ headSeq: 0, state: 'active' })
    expect(await refill(till, paid)).toEqual(['applied'])
    expect(await cases()).toEqual([])
    expect(await send(double, pay(double, card, 20))).toEqual(['refused till_quarantined'])
    expect(await balanceOf(manager, card)).toBe(50)
    expect((await cases()).map(([kind]) => kind)).toEqual(['fork'])
  })

  test('[F9] [F22] copies that share a key and a number: the ids under the number tell that one is missing', async () => {
    const { till, manager, card, backUp, setBack, send, refill } = await scene()
    await backUp()
    const double = till.copy()
    const paid = pay(till, card, 30)
    expect(await send(till, paid)).toEqual(['applied'])
    await setBack()
    double.fetch = till.fetch
    const other = pay(double, card, 20)
    expect(await send(double, other)).toEqual(['applied'])
    expect(await till.ping()).toMatchObject({ headSeq: 1, atHead: [other.id] })
    expect(await refill(till, paid)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(50)
  })

  test('[F22] the queue refills without a session, and a till that is newer than the backup registers first', async () => {
    const { till, manager, card, backUp, setBack, send, refill, later } = await scene()
    await backUp()
    const paid = pay(till, card, 10)
    await send(till, paid)
    await setBack()
    later(20 * 3_600_000)
    till.token = ''
    expect(await refill(till, paid)).toEqual(['applied'])
    // A journal that is newer than the backup needs no session either: the one before it vouches for it.
    till.goOn()
    const unknown = pay(till, card, 10)
    expect(await till.denial('sync', till.batch([unknown]))).toBe('403 till_unknown')
    await till.register()
    expect(await send(till, unknown)).toEqual(['applied'])
    expect(await manager.denial('operations', null)).toBe('401 session_expired')
  })
})
