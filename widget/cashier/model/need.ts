import type { Done } from '../../../src/core/sale/done.ts'
import { type Draft, openSlots, redeemTotal, unassigned, withLinks } from '../../../src/core/draft/draft.ts'
import { roomFor } from '../../../src/core/draft/fit.ts'
import { type Kopecks, kopecks } from '../../../src/core/money.ts'
import type { Programme } from '../../../src/core/card/programme.ts'
import { type CertificateSlot, certificatesOf, type Sale } from '../../../src/core/sale/sale.ts'
import type { SaleAnswer, ToldReceipt } from '../../../src/core/wire/receipts.ts'
import { type Result, statusOf } from './result.ts'

/** Adds what the server knows of a sale to what this till has recorded for it and not heard back about. */
export function doneFor(answer: SaleAnswer | null, own: readonly Result[]): Done {
  const known = new Set<string | null | undefined>()
  const loads: Done['loads'] = []
  let redeemed = 0
  for (const receipt of answer?.receipts ?? []) {
    known.add(receipt.own?.id).add(receipt.own?.standsFor)
    if (!receipt.stands) continue
    for (const { kind, productId, amountKopecks, returnedKopecks, paidKopecks } of receipt.operations) {
      if (productId && paidKopecks !== null) loads.push({ productId, paidKopecks })
      else if (kind === 'redeem') redeemed += (amountKopecks ?? 0) - (returnedKopecks ?? 0)
    }
  }
  for (const result of own) {
    const counts = ['waiting', 'promised', 'done'].includes(statusOf(result))
    if (!counts || known.has(result.receipt.id)) continue
    for (const one of result.receipt.operations) {
      if (one.kind === 'load') loads.push(one)
      else if (one.kind === 'redeem') redeemed += one.amountKopecks
    }
  }
  return { loads, redeemedKopecks: kopecks(redeemed) }
}

/** Whether the till's own journal tells of a receipt: by itself, or by the promise that took its place. */
export function isOwn({ own }: ToldReceipt, results: readonly Result[]): boolean {
  if (own === null) return false
  return results.some(({ receipt }) => receipt.id === own.id || receipt.id === own.standsFor)
}

/** What a sale still wants from cards. */
export interface Need {
  slots: CertificateSlot[]
  open: CertificateSlot[]
  /** Payable, less what cards paid and what is prepared. */
  leftKopecks: Kopecks
}

export const noNeed: Need = { slots: [], open: [], leftKopecks: kopecks(0) }

/** @param taken what cards have done for the sale, and what the drafts that wait for it will do */
export function needOf(programme: Programme, sale: Sale | null, draft: Draft | null, taken: Done): Need {
  if (!sale) return noNeed
  const { slots } = certificatesOf(programme, sale)
  const given = [...withLinks(taken, draft).loads, ...(draft?.loads ?? [])]
  const prepared = draft ? redeemTotal(draft) : 0
  return {
    slots,
    // A certificate whose row was changed since its card was chosen wants no other card.
    open: openSlots(slots, given).slice(unassigned(given, slots).length),
    leftKopecks: kopecks(Math.max(0, roomFor(programme, sale, draft, taken) - prepared)),
  }
}
