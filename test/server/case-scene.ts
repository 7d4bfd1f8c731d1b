import type { ReceiptId } from '../../src/core/ids.ts'
import type { Outcome } from '../../src/core/receipt/outcome.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import type { Operation } from '../../src/core/receipt/operations.ts'
import type { CaseChoice, CaseView } from '../../src/core/wire/cases.ts'
import type { Db } from '../../src/server/db/db.ts'
import type { TestTill } from './test-till.ts'
import { world } from './world.ts'

/** A shop whose manager sees and decides cases. */
export async function caseScene(db: Db) {
  const shop = world(db)
  const opened = await shop.shop()
  const { manager, till } = opened
  const list = async () => (await manager.answer('cases', null)).cases
  /** Kinds of the open cases, but for gaps: tests send records in whatever order they need. */
  const open = async () =>
    (await list()).flatMap(({ kind, decision }) => (decision === null && kind !== 'gap' ? [kind] : []))
  const caseOf = async (kind: string): Promise<CaseView> => {
    const found = (await list()).find((one) => one.kind === kind)
    if (!found) throw new Error(`no case of ${kind}`)
    return found
  }
  const decide = async (kind: string, choice: CaseChoice, note = '') =>
    manager.answer('decideCase', { choice, note }, (await caseOf(kind)).id)
  const denied = async (kind: string, choice: CaseChoice) =>
    manager.denial('decideCase', { choice, note: '' }, (await caseOf(kind)).id)
  const balance = async (number: string) => {
    const { card } = await manager.answer('lookup', { number, entered: 'scanned', hold: null })
    return [card?.state, card?.balanceKopecks]
  }
  const promise = (
    operations: Operation[],
    rest: Partial<Receipt> = {},
    by: TestTill = till,
  ): { id: ReceiptId; sent: Promise<Outcome | undefined> } => {
    const receipt = by.receipt(operations, { mode: 'promise', ...rest })
    return { id: receipt.id, sent: by.send(receipt) }
  }
  const hire = () => shop.till(opened.accountId)
  return { ...shop, ...opened, hire, list, open, caseOf, decide, denied, balance, promise }
}
