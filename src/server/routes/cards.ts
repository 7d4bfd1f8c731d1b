import type * as v from 'valibot'
import type { Programme } from '../../core/card/programme.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { Operation } from '../../core/receipt/operations.ts'
import { CardsRequest } from '../../core/wire/cards.ts'
import type { Tx } from '../db/db.ts'
import { bookKeyOf, bookTag } from '../keys/book-keys.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody } from '../http/body.ts'
import { applyReceipt } from '../ledger/posting/apply-receipt.ts'
import { noSaleFacts } from '../ledger/arrival.ts'
import { ownArrival, ownReceipt } from '../ledger/own-receipt.ts'
import { findReceipt, textOf } from '../ledger/posting/receipts.ts'
import type { Session } from '../ledger/tills/sessions.ts'
import { hashNumber } from '../keys/secrets.ts'
import type { Handler } from '../http/handler.ts'

type Wanted = v.InferOutput<typeof CardsRequest>

/** Adds cards in one receipt of the server's own: numbers end here, the ledger gets their hashes (L9). */
export function addCards(deps: Deps): Handler<'addCards'> {
  return async (c) => {
    const { session } = c.var
    const wanted = await readBody(c, CardsRequest)
    const { outcome, alarm } = await deps.db.write(async (tx) => {
      const programme = await deps.programmes.current(tx, session.accountId)
      if (!programme) throw new ApiError('programme_missing')
      const nowMs = deps.clock()
      const receipt = await buildReceipt(tx, deps, session, programme, wanted, nowMs)
      const arrival = ownArrival(session.accountId, receipt)
      return applyReceipt(tx, arrival, noSaleFacts, { programmes: deps.programmes, nowMs })
    })
    if (alarm) deps.log.error({ event: alarm, accountId: session.accountId, receiptId: wanted.receiptId })
    return { outcome }
  }
}

/** The same request makes the same bytes (L5): what a repetition could not know comes from the stored receipt. */
async function buildReceipt(
  tx: Tx,
  { keys }: Deps,
  { accountId, employeeId }: Session,
  programme: Programme,
  wanted: Wanted,
  nowMs: number,
): Promise<Receipt> {
  const stored = await findReceipt(tx, accountId, wanted.receiptId)
  const first = stored && textOf(stored)
  const issued = first?.operations.find((operation) => operation.kind === 'issue')
  const programmeId = issued?.programmeId ?? programme.id
  const bookKey = bookKeyOf(keys.card, accountId)
  return ownReceipt({
    id: wanted.receiptId,
    author: first?.author ?? { kind: 'employee', employeeId, session: null, stamp: null },
    door: 'import',
    happenedAtMs: first?.happenedAtMs ?? nowMs,
    operations: wanted.cards.flatMap((card): Operation[] => [
      {
        kind: 'issue',
        cardId: card.id,
        programmeId,
        numberHash: hashNumber(keys.card, accountId, card.number),
        last4: card.number.slice(-4),
        bookTag: bookTag(bookKey, card.number),
      },
      ...(card.opening ? [{ kind: 'open' as const, cardId: card.id, ...card.opening }] : []),
      ...(card.blocked ? [{ kind: 'block' as const, cardId: card.id }] : []),
    ]),
  })
}
