import type { CardId } from '../ids.ts'
import { type Kopecks, kopecks, sumKopecks } from '../money.ts'
import type { Grant, GrantUse } from './grant.ts'
import type { CaseCode } from './outcome.ts'
import type { Receipt } from './receipt.ts'

/**
 * What tills may promise without the line and without a hold (O1). The owner sets the policy; from it the server gives
 * each till a grant; the till charges every promise to it in the transaction that commits the record, and the server
 * charges it again on arrival.
 */

/** What a receipt takes of its grant: everything in it that stands on no hold (O3). */
export function useOf({ operations }: Pick<Receipt, 'operations'>): GrantUse {
  const byCard: GrantUse['byCard'] = {}
  const loaded: Kopecks[] = []
  for (const operation of operations) {
    if ((operation.kind !== 'redeem' && operation.kind !== 'load') || operation.proof.holdId !== null)
      continue
    if (operation.kind === 'redeem') {
      const { cardId, amountKopecks } = operation
      byCard[cardId] = kopecks((byCard[cardId] ?? 0) + amountKopecks)
    } else loaded.push(operation.faceKopecks)
  }
  return {
    spentKopecks: sumKopecks(Object.values(byCard)),
    byCard,
    loads: loaded.length,
    loadsKopecks: sumKopecks(loaded),
  }
}

/** What is charged to a grant when one more use is added. */
export function addUse(before: GrantUse, added: GrantUse): GrantUse {
  const byCard = { ...before.byCard }
  for (const [cardId, amount] of Object.entries(added.byCard) as [CardId, Kopecks][]) {
    byCard[cardId] = kopecks((byCard[cardId] ?? 0) + amount)
  }
  return {
    spentKopecks: kopecks(before.spentKopecks + added.spentKopecks),
    byCard,
    loads: before.loads + added.loads,
    loadsKopecks: kopecks(before.loadsKopecks + added.loadsKopecks),
  }
}

export type GrantFault = Extract<CaseCode, 'grant_exceeded' | 'grant_expired'>

/**
 * Charges a use to a grant.
 *
 * @param atMs when it was promised, by the till's clock, which follows the server's (O9)
 * @returns the use of the grant afterwards, or why it does not allow this one
 */
export function chargeGrant(
  grant: Grant,
  before: GrantUse,
  added: GrantUse,
  atMs: number,
): { use: GrantUse } | { fault: GrantFault } {
  if (atMs >= grant.useUntilMs || atMs < grant.issuedAtMs - clockSlackMs) return { fault: 'grant_expired' }
  const use = addUse(before, added)
  const cards = Object.keys(added.byCard) as CardId[]
  const exceeded =
    cards.some((cardId) => (use.byCard[cardId] ?? 0) > grant.perCardKopecks) ||
    added.spentKopecks > grant.perReceiptKopecks ||
    use.spentKopecks > grant.sumKopecks ||
    use.loads > grant.loads ||
    use.loadsKopecks > grant.loadsKopecks
  return exceeded ? { fault: 'grant_exceeded' } : { use }
}

/** The till's clock is set by the server's answers; a grant may look this much younger than it is. */
const clockSlackMs = 60_000

/**
 * The most that one card may still promise on a grant, before its balance is asked.
 *
 * @param besideKopecks what other cards are to promise on it in the same receipt
 */
export function roomOnGrant(grant: Grant, use: GrantUse, cardId: CardId, besideKopecks: number): Kopecks {
  return kopecks(
    Math.max(
      0,
      Math.min(
        grant.perReceiptKopecks - besideKopecks,
        grant.perCardKopecks - (use.byCard[cardId] ?? 0),
        grant.sumKopecks - use.spentKopecks - besideKopecks,
      ),
    ),
  )
}
