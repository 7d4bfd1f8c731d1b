import { availableOf, balanceOf, type Card, cardState, loadBar } from '../../core/card/card.ts'
import type { AccountId, EmployeeId, TillId } from '../../core/ids.ts'
import { refusal } from '../../core/refusal.ts'
import type { Programme } from '../../core/card/programme.ts'
import { CardHistoryRequest, type CardView, type LookupAnswer, LookupRequest } from '../../core/wire/cards.ts'
import type { Context } from 'hono'
import type * as v from 'valibot'
import { requireActive } from '../http/active-till.ts'
import { createAttempts } from '../http/attempts.ts'
import type { Tx } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { type Env, readBody } from '../http/body.ts'
import { findCardByNumber, lockCard } from '../ledger/cards/cards.ts'
import { movesOfCard } from '../ledger/posting/moves.ts'
import { type CardHolds, holdsOfCard, notFor } from '../ledger/cards/holds.ts'
import { type HoldContext, type HoldTaken, takeHold } from '../ledger/cards/take-hold.ts'
import { draftWaits } from '../ledger/posting/receipts.ts'
import { countLookup } from '../ledger/audit/watch.ts'
import { hashNumber } from '../keys/secrets.ts'
import type { Handlers } from '../http/handler.ts'

type Wish = NonNullable<v.InferOutput<typeof LookupRequest>['hold']>

/** What is told of a card to whoever has its number. Wrong numbers count together, whatever they were asked for (A5). */
export function lookups(deps: Deps): Pick<Handlers, 'lookup' | 'cardHistory'> {
  const attempts = createAttempts(deps.clock)

  /** @param find is given the number's hash, made before a transaction opens: known or not, both take the same time (A5) */
  async function byNumber<T>(c: Context<Env>, number: string, find: (hash: string) => Promise<T | null>) {
    const { accountId, employeeId } = c.var.session
    const { tillId } = c.var
    const person = `${accountId}/${tillId}/${employeeId}`
    if (!attempts.begin(person)) {
      deps.log.warn({ event: 'too_many_unknown_numbers', accountId, tillId, employeeId })
      throw new ApiError('too_many_attempts')
    }
    const found = await find(hashNumber(deps.keys.card, accountId, number))
    if (found) attempts.forgive(person)
    return found
  }

  return {
    async lookup(c) {
      const { accountId, employeeId } = c.var.session
      const { number, hold } = await readBody(c, LookupRequest)
      const found = await byNumber(c, number, (hash) =>
        deps.db.write((tx) => find(tx, deps, accountId, c.var.tillId, employeeId, hash, hold)),
      )
      return found ?? { card: null, hold: null, refusal: refusal('card_unknown'), serverTimeMs: deps.clock() }
    },
    async cardHistory(c) {
      const { accountId } = c.var.session
      const { number } = await readBody(c, CardHistoryRequest)
      const moves = await byNumber(c, number, (hash) =>
        deps.db.read(async (query) => {
          await requireActive(query, accountId, c.var.tillId)
          const id = await findCardByNumber(query, accountId, hash)
          return id && movesOfCard(query, accountId, id)
        }),
      )
      return { moves: moves ?? [] }
    },
  }
}

async function find(
  tx: Tx,
  { programmes, clock }: Deps,
  accountId: AccountId,
  tillId: TillId,
  employeeId: EmployeeId,
  hash: string,
  wish: Wish | null,
): Promise<LookupAnswer | null> {
  await requireActive(tx, accountId, tillId)
  const nowMs = clock()
  const programme = await programmes.current(tx, accountId)
  if (!programme) throw new ApiError('programme_missing')
  const id = await findCardByNumber(tx, accountId, hash)
  const card = id && (await lockCard(tx, accountId, id))
  if (!card) return null
  const today = programmes.day(programme, nowMs)
  const holder = { tillId, draftId: wish?.draftId ?? null, holdId: wish?.id ?? null }
  const holds = await holdsOfCard(tx, accountId, card.id, holder, nowMs)
  const view = viewOf(card, holds, today)
  if (!wish) {
    await countLookup(tx, accountId, tillId, employeeId, today)
    return { card: view, hold: null, refusal: null, serverTimeMs: nowMs }
  }
  // The money of a promise that waits for a human stays as it is (O2): whatever comes of its draft is late.
  if (await draftWaits(tx, accountId, wish.draftId))
    return { card: view, hold: null, refusal: refusal('hold_over', card.id), serverTimeMs: nowMs }
  const taken = await holdFor(tx, card, holds, wish, { accountId, tillId, programme, today, nowMs })
  if (taken?.status === 'taken') throw new ApiError('id_taken')
  return {
    card: view,
    hold: taken?.status === 'held' ? taken.hold : null,
    refusal: taken?.status === 'refused' ? taken.refusal : null,
    serverTimeMs: nowMs,
  }
}

/** What the scan needs: money of a live card, or the card itself for a certificate; null when neither is wanted. */
async function holdFor(
  tx: Tx,
  card: Card,
  holds: CardHolds,
  wish: Wish,
  context: HoldContext,
): Promise<HoldTaken | null> {
  const { id, draftId, redeemKopecks, load } = wish
  const take = (sum: typeof redeemKopecks) =>
    takeHold(tx, card, holds, { id, draftId, redeemKopecks: sum, orLess: true }, context)
  const loadable = load && isLoadable(context.programme, card, holds, context.today)
  if (redeemKopecks !== null && !(card.status === 'unsold' && load)) {
    const taken = await take(redeemKopecks)
    // An empty reloadable card cannot pay, and may be what the certificate is loaded on.
    return taken.status === 'refused' && taken.refusal.code !== 'hold_over' && loadable ? take(null) : taken
  }
  return load ? take(null) : null
}

function isLoadable(programme: Programme, card: Card, holds: CardHolds, today: string): boolean {
  return loadBar(programme, card, notFor(card, holds, holds.othersKopecks), today) === null
}

function viewOf(card: Card, holds: CardHolds, today: string): CardView {
  return {
    id: card.id,
    last4: card.last4,
    state: cardState(card, today),
    balanceKopecks: balanceOf(card),
    grantedKopecks: card.grantedKopecks,
    availableKopecks: availableOf(card, notFor(card, holds, holds.othersKopecks)),
    expiresOn: card.expiresOn,
    heldBy: holds.heldBy,
  }
}
