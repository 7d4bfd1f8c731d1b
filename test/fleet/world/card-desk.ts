import { randomUUID } from 'node:crypto'
import type { AccountId, CardId, EmployeeId, ReceiptId } from '../../../src/core/ids.ts'
import type { Db } from '../../../src/server/db/db.ts'
import { applyReceipt } from '../../../src/server/ledger/posting/apply-receipt.ts'
import { noSaleFacts } from '../../../src/server/ledger/arrival.ts'
import { ownArrival, ownReceipt } from '../../../src/server/ledger/own-receipt.ts'
import { createProgrammes } from '../../../src/server/ledger/programmes.ts'

export interface CardOrder {
  accountId: AccountId
  employeeId: EmployeeId
  cardId: CardId
  kind: 'block' | 'unblock'
}

/** Blocks a card or frees it, by a receipt of the server's own: no window and no route asks for it yet. */
export async function setCard(db: Db, order: CardOrder, nowMs: number): Promise<'applied' | 'refused'> {
  const { accountId, employeeId, cardId, kind } = order
  const receipt = ownReceipt({
    id: randomUUID() as ReceiptId,
    author: { kind: 'employee', employeeId, session: null, stamp: null },
    door: 'manager',
    happenedAtMs: nowMs,
    operations: [{ kind, cardId }],
  })
  const { outcome } = await db.write((tx) =>
    applyReceipt(tx, ownArrival(accountId, receipt), noSaleFacts, { programmes: createProgrammes(), nowMs }),
  )
  return outcome.status === 'applied' ? 'applied' : 'refused'
}
