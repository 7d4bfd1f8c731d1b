import type { Receipt } from '../../src/core/receipt/receipt.ts'
import type { SyncAnswer, SyncRequest } from '../../src/core/wire/tills.ts'
import type * as v from 'valibot'
import { goodsSale } from '../../src/core/testing/builders.ts'
import { casesOf } from './look.ts'
import type { Rewindable } from './rewindable.ts'
import type { TestTill } from './test-till.ts'
import { addCard, verdictOf, world, type World } from './world.ts'

/** A shop with two tills and a card of 100, whose server can be set back to its backup. */
export async function restoredScene(place: Rewindable, paid = 100) {
  let shop: World = world(place.db)
  const { manager, till, accountId } = await shop.shop()
  const other = await shop.till(accountId)
  const card = await addCard(manager, { paid })
  const tills = [manager, till, other]
  const answers = new Map<string, SyncAnswer['outcomes'][0]>()
  /** The new process serves the same tills. */
  const follow = () => {
    const { nowMs } = shop.time
    shop = world(place.db)
    shop.time.nowMs = nowMs
    for (const one of tills) {
      one.fetch = (path, init) => Promise.resolve(shop.app.request(path, init))
      one.useClock(() => shop.time.nowMs)
    }
  }
  return {
    manager,
    till,
    other,
    card,
    sell: (sum: number) => shop.moysklad.sell(goodsSale(sum)),
    backUp: async () => {
      await place.backUp()
      follow()
    },
    setBack: async () => {
      await place.setBack()
      follow()
    },
    /** Sends, and keeps what the till was told. */
    send: async (one: TestTill, ...receipts: Receipt[]): Promise<string[]> => {
      const { outcomes } = await one.sync(...receipts)
      for (const outcome of outcomes) answers.set(outcome.id, outcome)
      return outcomes.map(({ outcome }) => verdictOf(outcome))
    },
    /** Sends again, with what the till had been told. */
    refill: async (one: TestTill, ...receipts: Receipt[]): Promise<string[]> => {
      const batch = one.batch(receipts)
      const { outcomes } = await one.answer('sync', { ...batch, records: batch.records.map(asSettled) })
      return outcomes.map(({ outcome }) => verdictOf(outcome))
    },
    /** With what the till had been told of it. */
    asSettled,
    later: (ms: number) => (shop.time.nowMs += ms),
    cases: () => casesOf(place.db, accountId),
  }
  function asSettled(record: v.InferOutput<typeof SyncRequest>['records'][0]) {
    const { outcome, proof } = answers.get(record.id)!
    if (outcome.status === 'later' || !proof) throw new Error('no outcome to prove')
    return { ...record, settled: { outcome, proof } }
  }
}
