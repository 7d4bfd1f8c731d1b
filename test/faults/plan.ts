import type { CardId, HoldId, ReceiptId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import type { Operation } from '../../src/core/receipt/operations.ts'
import type { HoldRequest } from '../../src/core/wire/holds.ts'
import type * as v from 'valibot'
import { load, redeem, undo, certificateId, faceKopecks } from '../../src/core/testing/builders.ts'
import type { Random } from '../../src/core/testing/random.ts'
import { newDraftId, newHoldId } from '../server/test-till.ts'
import { newReceiptId } from '../server/world.ts'

/** What a till is going to record, decided before it starts. */
export interface Planned {
  id: ReceiptId
  mode: Receipt['mode']
  standsFor: ReceiptId | null
  sale: Receipt['sale']
  operations: Operation[]
  /** Taken before the receipt is recorded. */
  hold: { id: HoldId; wanted: v.InferOutput<typeof HoldRequest> } | null
}

export interface Stock {
  /** With money; some of them run dry. */
  cards: readonly CardId[]
  /** Of these, the ones that never do: a till promises only what is held for it. */
  rich: readonly CardId[]
  /** Each is sold once at most. */
  unsold: CardId[]
}

const amountMaxKopecks = 800
const undoneWithin = 40

/** A till's receipts: redeems mostly, some sales, promises, promises in an ask's stead and undone ones. */
export function planOf(count: number, random: Random, stock: Stock): Planned[] {
  const planned: Planned[] = []
  const undoable: ReceiptId[] = []
  while (planned.length < count) {
    const dice = random.next()
    if (dice < 0.05 && undoable.length > 0) {
      const nth = Math.max(0, undoable.length - 1 - random.int(0, undoneWithin))
      planned.push(ask([undo(undoable.splice(nth, 1)[0]!)]))
    } else if (dice < 0.11 && stock.unsold.length > 0) {
      planned.push(ask([load(stock.unsold.pop()!, certificateId, faceKopecks)]))
    } else if (dice < 0.15) {
      planned.push(promised(random, stock))
    } else if (dice < 0.18 && planned.length + 2 <= count) {
      planned.push(...askAndPromise(random, stock))
    } else {
      const receipt = ask(redeems(random, stock))
      planned.push(receipt)
      undoable.push(receipt.id)
    }
  }
  return planned
}

function ask(operations: Operation[]): Planned {
  return { id: newReceiptId(), mode: 'ask', standsFor: null, sale: null, operations, hold: null }
}

function redeems(random: Random, { cards }: Stock): Operation[] {
  const chosen = random.shuffle(cards).slice(0, random.pick([1, 1, 1, 2, 3]))
  return chosen.map((cardId) => redeem(cardId, random.int(1, amountMaxKopecks)))
}

/** A promise that stands on a hold. */
function promised(random: Random, { rich }: Stock): Planned {
  const [cardId, id, draftId] = [random.pick(rich), newHoldId(), newDraftId()]
  const amountKopecks = kopecks(random.int(1, amountMaxKopecks))
  return {
    id: newReceiptId(),
    mode: 'promise',
    standsFor: null,
    sale: { documentId: null, draftId, sumKopecks: amountKopecks },
    operations: [redeem(cardId, amountKopecks, { holdId: id })],
    hold: { id, wanted: { draftId, cardId, purpose: 'redeem', amountKopecks } },
  }
}

/** An ask that nobody answered, and the promise in its stead: one business, applied once (J2). */
function askAndPromise(random: Random, stock: Stock): Planned[] {
  const promise = promised(random, stock)
  const asked: Planned = { ...promise, id: newReceiptId(), mode: 'ask' }
  return [asked, { ...promise, standsFor: asked.id, hold: null }]
}

/** How a receipt ended, as its till knows it. */
export interface Ended {
  id: ReceiptId
  ordinal: number
  seq: number
  /** Null: without an outcome. */
  status: 'applied' | 'refused' | 'in_review' | null
  /** The refusal, or why it waits. */
  code: string | null
  /** The twin that did the work. */
  by: ReceiptId | null
}

export interface OwnSums {
  /** What all receipts together did to each card. */
  changes: ReadonlyMap<CardId, number>
  redeemedKopecks: number
  soldKopecks: number
  /** Operations that must be posted, by receipt. */
  operations: ReadonlyMap<ReceiptId, number>
}

/** What the ledger has to say, by the plan and by what the tills were told, without any of the product's rules. */
export function ownSums(plan: readonly Planned[], ends: ReadonlyMap<ReceiptId, Ended>): OwnSums {
  const changes = new Map<CardId, number>()
  const operations = new Map<ReceiptId, number>()
  const byId = new Map(plan.map((one) => [one.id, one]))
  let redeemedKopecks = 0
  let soldKopecks = 0
  const isDone = (id: ReceiptId) => {
    const end = ends.get(id)
    return end?.status === 'applied' && end.by === null
  }
  const move = (one: Planned, sign: 1 | -1) => {
    let moved = 0
    for (const operation of one.operations) {
      if (operation.kind !== 'redeem' && operation.kind !== 'load') continue
      const amount = operation.kind === 'redeem' ? -operation.amountKopecks : operation.faceKopecks
      changes.set(operation.cardId, (changes.get(operation.cardId) ?? 0) + sign * amount)
      if (operation.kind === 'redeem') redeemedKopecks -= sign * amount
      else soldKopecks += sign * amount
      moved++
    }
    return moved
  }
  for (const one of plan) {
    if (!isDone(one.id)) continue
    const [first] = one.operations
    const target = first?.kind === 'void' ? byId.get(first.receiptId) : undefined
    if (!target) operations.set(one.id, move(one, 1))
    else if (isDone(target.id)) operations.set(one.id, move(target, -1))
  }
  return { changes, redeemedKopecks, soldKopecks, operations }
}
