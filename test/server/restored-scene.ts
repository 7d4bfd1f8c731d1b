import { afterEach, describe, expect } from 'vitest'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import type { SyncAnswer, SyncRequest } from '../../src/core/wire/tills.ts'
import type * as v from 'valibot'
import { goodsSale, redeem } from '../../src/core/testing/builders.ts'
import type { Query } from '../../src/server/db/db.ts'
import type { CaseChoice } from '../../src/core/wire/cases.ts'
import { bookWaiting } from '../../src/server/ledger/decisions/book-waiting.ts'
import { createProgrammes } from '../../src/server/ledger/programmes.ts'
import { verifyLedger } from '../../src/server/ledger/audit/verify.ts'
import { casesOf } from './look.ts'
import { type Rewindable, rewindable } from './rewindable.ts'
import type { TestTill } from './test-till.ts'
import { addCard, type NewCard, verdictOf, world, type World } from './world.ts'

/** A payment with the card; of no sale, unless `rest` names one. */
export const pay = (till: TestTill, card: NewCard, amount: number, rest: Partial<Receipt> = {}) =>
  till.receipt([redeem(card.id, amount)], rest)

/** Tests of a server that can be set back to its backup, on both databases; after each the books agree (L6). */
export function onRestoredServers(title: string, tests: (scene: () => ReturnType<typeof sceneAt>) => void) {
  describe.each(['sqlite', 'postgres'] as const)(`${title} (%s)`, (engine) => {
    let place: Rewindable | undefined
    afterEach(async () => {
      const { difference } = await verifyLedger(place!.db)
      expect(difference).toBeNull()
      await place!.end()
    })
    tests(async () => sceneAt((place = await rewindable(engine))))
  })
}

/** A shop with two tills and a card of 100. */
async function sceneAt(place: Rewindable) {
  let shop: World = world(place.db)
  const { manager, till, accountId } = await shop.shop()
  const other = await shop.till(accountId)
  const card = await addCard(manager, { paid: 100 })
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
    /** As the server does it every minute. @returns how many receipts that waited were booked */
    bookWaiting: () => bookWaiting(place.db, { programmes: createProgrammes(), nowMs: shop.time.nowMs }),
    /** A manager decides the case in which a receipt waits. */
    decide: async (choice: CaseChoice, { id }: Receipt) => {
      const { cases } = await manager.answer('cases', null)
      const one = cases.find(({ receiptId, kind }) => receiptId === id && kind !== 'outcome_changed')!
      await manager.answer('decideCase', { choice, note: '' }, one.id)
    },
    cases: () => casesOf(place.db, accountId),
    /** The cases of money: a gap is there until the other records have come. */
    kinds: async () =>
      (await casesOf(place.db, accountId)).flatMap(([kind]) => (kind.startsWith('gap') ? [] : [kind])),
    read: <T>(reading: (query: Query) => Promise<T>) => place.db.read(reading),
  }
  function asSettled(record: v.InferOutput<typeof SyncRequest>['records'][0]) {
    const { outcome, proof } = answers.get(record.id)!
    if (outcome.status === 'later' || !proof) throw new Error('no outcome to prove')
    return { ...record, settled: { outcome, proof } }
  }
}
