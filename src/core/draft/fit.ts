import type { CardId } from '../ids.ts'
import { type Kopecks, kopecks, minKopecks, sumKopecks } from '../money.ts'
import type { Programme } from '../card/programme.ts'
import type { Done } from '../sale/done.ts'
import { certificatesOf, payableByCard, type Sale } from '../sale/sale.ts'
import { proposeSplit } from '../sale/split.ts'
import { type Draft, type DraftLoad, type DraftRedeem, openSlots, unassigned, withLinks } from './draft.ts'

/** A draft as the sale has room for it. */
export interface Fitted {
  draft: Draft
  /** Cards for which the sale has no place any more. */
  freed: (DraftLoad | DraftRedeem)[]
  /** Cards that the cashier had confirmed pay less now. */
  lowered: boolean
}

/** Payable by the cards of the draft: what receipts have paid already, or are linked for, is gone. */
export function roomFor(programme: Programme, sale: Sale, draft: Draft | null, done: Done): Kopecks {
  const { redeemedKopecks } = withLinks(done, draft)
  return kopecks(Math.max(0, payableByCard(programme, sale) - redeemedKopecks))
}

/**
 * Fits a draft to a sale that was edited since. Nothing here needs anybody's leave: cards change their certificates, and sums
 * only go down. What is not confirmed yields first, then what is spent last (C6).
 *
 * @param done what cards have done for the sale already
 */
export function fitToSale(programme: Programme, sale: Sale, draft: Draft, done: Done): Fitted {
  const { slots } = certificatesOf(programme, sale)
  const free = openSlots(slots, withLinks(done, draft).loads)
  const homeless = unassigned(draft.loads, free)
  const open = openSlots(free, draft.loads)
  const faceOf = (load: DraftLoad) => free.find((slot) => slot.productId === load.productId)!.faceKopecks
  const loads = draft.loads
    .filter((load) => !homeless.includes(load))
    .map((load) => ({ ...load, faceKopecks: faceOf(load) }))
  const freed: Fitted['freed'] = homeless.slice(open.length)
  for (const [at, slot] of open.slice(0, homeless.length).entries()) {
    const { productId, faceKopecks, paidKopecks } = slot
    loads.push({ ...homeless[at]!, productId, faceKopecks, paidKopecks })
  }

  const room = roomFor(programme, sale, draft, done)
  const [confirmed, loose] = [true, false].map((is) => draft.redeems.filter((one) => one.confirmed === is))
  const now = (one: DraftRedeem) => one.amountKopecks
  const kept = shareOut(confirmed!, room, now)
  const rest = shareOut(loose!, kopecks(room - sumKopecks(kept.values())), now)
  const redeems = draft.redeems.flatMap((one): DraftRedeem[] => {
    const amountKopecks = (one.confirmed ? kept : rest).get(one.cardId)
    if (amountKopecks === undefined) freed.push(one)
    return amountKopecks === undefined ? [] : [{ ...one, amountKopecks }]
  })
  const lowered = confirmed!.some((one) => kept.get(one.cardId) !== one.amountKopecks)
  return { draft: { ...draft, loads, redeems }, freed, lowered }
}

/** What each card pays of a sum, in spending order and none more than its limit; a card that is not needed is missing. */
export function shareOut(
  redeems: readonly DraftRedeem[],
  sum: Kopecks,
  limitOf: (redeem: DraftRedeem) => Kopecks,
): Map<CardId, Kopecks> {
  const limits = new Map(redeems.map((one) => [one.cardId, minKopecks(limitOf(one), one.availableKopecks)]))
  const shares = proposeSplit(redeems, sum, ({ cardId }) => limits.get(cardId)!)
  return new Map(shares.map(({ cardId, amountKopecks }) => [cardId, amountKopecks]))
}
