/** The words of the oracle: its own, so that it shares nothing with the product. */

export interface Rules {
  certificates: ReadonlyMap<string, number>
  creditBase: 'face' | 'paid'
  coefficientTenThousandths: number
  /** Days that a loaded card lives; null for ever. */
  validDays: number | null
  reloadable: boolean
  balanceMax: number | null
  shareTenThousandths: number
}

export interface OracleCard {
  state: 'unsold' | 'active' | 'blocked'
  paid: number
  granted: number
  /** Its last day. */
  expiresOn: string | null
  /** It came with a balance, and was not sold here. */
  opened: boolean
  /** Who gave it a last day, in their order: this one, or new days where it was over when money came back. */
  days: readonly ({ by: string; day: string | null } | { by: string; backOn: string })[]
}

export type Act =
  | { kind: 'redeem'; card: string; amount: number; hold: string | null; typed: boolean }
  | {
      kind: 'load'
      card: string
      product: string
      face: number
      paid: number
      hold: string | null
      typed: boolean
    }
  | { kind: 'refund'; card: string; amount: number; of: string }
  | { kind: 'void'; of: string }

export interface Record {
  id: string
  till: string
  mode: 'ask' | 'promise'
  standsFor: string | null
  document: string | null
  draft: string | null
  acts: Act[]
}

/** A saved sale: the sum of its goods, and how many certificates of each kind it sells. */
export interface Paper {
  goods: number
  certificates: ReadonlyMap<string, number>
}

export interface Verdict {
  status: 'applied' | 'refused' | 'in_review'
  by: string | null
  /** What each card gained or lost. */
  changes: ReadonlyMap<string, number>
}

export interface Hold {
  till: string
  draft: string
  card: string
  kind: 'redeem' | 'load'
  amount: number
  /** What of the amount the card still has for it. */
  kept: number
}

/** What one act did to one card. */
export interface Done {
  kind: Act['kind']
  card: string
  paid: number
  granted: number
  loss: number
  of: string | null
}

export interface Stored {
  record: Record
  verdict: Verdict
  done: Done[]
  voidedBy: string | null
}

/** Stops a record: an ask is refused, a promise waits for a human. */
export class No extends Error {}

export function changesOf(done: readonly Done[]): Map<string, number> {
  const changes = new Map<string, number>()
  for (const { card, paid, granted } of done) changes.set(card, (changes.get(card) ?? 0) + paid + granted)
  return changes
}

export function plusDays(day: string, days: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10)
}
