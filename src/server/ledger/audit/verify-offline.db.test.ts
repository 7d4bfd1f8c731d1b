import { describe, expect, test } from 'vitest'
import { caseScene } from '../../../../test/server/case-scene.ts'
import { goodsSale } from '../../../../test/server/fake-moysklad.ts'
import { redeem, saleOf, undo } from '../../../../test/server/test-till.ts'
import { unguarded } from '../../../../test/server/unguarded.ts'
import { addCard, verdictOf } from '../../../../test/server/world.ts'
import { kopecks } from '../../../core/money.ts'
import { verifyLedger } from './verify.ts'

describe.each(['sqlite', 'postgres'] as const)('verify after an outage (%s)', (engine) => {
  /** A promise on a grant, one that waits with its ask, one that was decided, and a receipt that was linked to its sale after a link to another was undone. */
  async function books() {
    const opened = await unguarded(engine)
    const { manager, till, moysklad, decide, caseOf } = await caseScene(opened.db)
    const card = await addCard(manager, { paid: 10_000 })
    await manager.answer('savePolicy', {
      enabled: true,
      perReceiptKopecks: kopecks(500),
      perCardKopecks: kopecks(500),
      perTillKopecks: kopecks(1_000),
      loads: 0,
      loadsKopecks: kopecks(0),
      grantHours: 12,
      bookHours: 12,
    })
    const { grant } = await till.answer('grant', { ...till.envelope({ drained: true }), returned: null })
    const onGrant = till.receipt([], { mode: 'promise', grantId: grant!.id })
    const number = till.seal(card.number, onGrant.id)
    const outcome = await till.send({ ...onGrant, operations: [redeem(card.id, 200, { number })] })
    expect(verdictOf(outcome)).toBe('applied')
    const decided = till.receipt([redeem(card.id, 50)], { mode: 'promise' })
    await till.send(decided)
    await decide('promise_without_hold', 'apply')
    const ask = till.receipt([redeem(card.id, 60)])
    const promise = till.receipt([redeem(card.id, 60)], { mode: 'promise', standsFor: ask.id })
    await till.sync(promise, ask)
    const earlier = till.receipt([redeem(card.id, 70)], { sale: saleOf(null, 500) })
    await till.send(earlier)
    const sale = moysklad.sell(goodsSale(500))
    const wrong = till.receipt([{ kind: 'link', receiptId: earlier.id }], {
      sale: saleOf(moysklad.sell(goodsSale(500)).id, 500),
    })
    await till.sync(wrong, till.receipt([undo(wrong.id)]))
    const link = till.receipt([{ kind: 'link', receiptId: earlier.id }], { sale: saleOf(sale.id, 500) })
    expect(verdictOf(await till.send(link))).toBe('applied')
    const other = till.receipt([redeem(card.id, 10)], { sale: saleOf(sale.id, 500) })
    expect(verdictOf(await till.send(other))).toBe('applied')
    expect((await caseOf('promise_without_hold')).decision).toBeNull()
    return {
      ...opened,
      waiting: promise.id,
      ask: ask.id,
      decided: decided.id,
      earlier: earlier.id,
      link: link.id,
      other: other.id,
    }
  }
  type Books = Awaited<ReturnType<typeof books>>

  test('[L6] what waits, was decided, linked and charged agrees', async () => {
    const { db, close } = await books()
    expect((await verifyLedger(db)).difference).toBeNull()
    await close()
  })

  test.each<[string, (books: Books) => string, RegExp]>([
    [
      'a case that is gone',
      ({ waiting }) => `delete from cases where receipt_id = '${waiting}'`,
      /it is in review, and no case tells anybody/,
    ],
    [
      'a decision without its posting',
      ({ decided }) => `update cases set decision_receipt_id = null where receipt_id = '${decided}'`,
      /was decided to be applied, and nothing was posted/,
    ],
    [
      'an ask and its promise that were both applied',
      ({ earlier, link }) => `update receipt set stands_for = '${earlier}' where id = '${link}'`,
      /the ask that it stands for were both applied/,
    ],
    [
      'a link to another sale',
      ({ earlier }) => `update receipt_link set document_id = 'other' where receipt_id = '${earlier}'`,
      /its link to a sale does not agree/,
    ],
    [
      'a link of a receipt that waits',
      ({ earlier, waiting }) =>
        `update receipt_link set receipt_id = '${waiting}' where receipt_id = '${earlier}'`,
      /its link to a sale does not agree/,
    ],
    [
      'a second link of one receipt',
      ({ earlier, other }) =>
        `insert into receipt_link (account_id, receipt_id, document_id, linked_by)
          select account_id, '${earlier}', document_id, id from receipt where id = '${other}'`,
      /it is linked to a sale twice/,
    ],
    [
      'the sum of a grant',
      () => 'update offline_grant set spent = 199',
      /200 and 0 loads were posted on it, 199 and 0/,
    ],
    [
      'the loads of a grant',
      () => 'update offline_grant set loads = 1',
      /200 and 0 loads were posted on it, 200 and 1/,
    ],
    ['a card of a grant', () => 'update grant_card set spent = 150', /grant .*: 200 and 0 loads were posted/],
  ])('[L7] a changed history shows: %s', async (_, sqlOf, difference) => {
    const all = await books()
    await all.db.write((tx) => tx.run(sqlOf(all)))
    expect((await verifyLedger(all.db)).difference).toMatch(difference)
    await all.close()
  })
})
