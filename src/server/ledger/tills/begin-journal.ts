import { type AccountId, type JournalId, TillId } from '../../../core/ids.ts'
import { childText, type Parent } from '../../../core/wire/tills.ts'
import type { Tx } from '../../db/db.ts'
import type { Alarm } from '../arrival.ts'
import { hear } from './history.ts'
import {
  endJournal,
  findJournal,
  insertJournal,
  type Journal,
  lockJournal,
  type NewJournal,
  setRival,
} from './journals.ts'
import { noteLost } from './missing.ts'
import { addTill } from './tills.ts'
import { parseShape } from '../../../core/shape.ts'

/** Who can tell whose a proof is. */
export interface Proofs {
  isSigned: (publicKey: string, text: string, signature: string) => boolean
  isOurMark: (mark: string, tillId: TillId) => boolean
}

export interface Begun {
  journal: Journal
  alarm: Alarm | null
}

/**
 * Makes a journal known. A till is a chain of them: a new key names its parent, with that one's signature or, where its key
 * is lost, with the server's mark. The same again changes nothing.
 *
 * A second child of one parent may come of a profile that is restored again and again, as on a computer that starts from an
 * image: then nothing is left of the first. So it waits. Where the first, or what has grown from it, is heard of once more, the
 * till has two branches (J8).
 *
 * @returns null where the parent is not known, or has not said so
 */
export async function beginJournal(
  tx: Tx,
  accountId: AccountId,
  { id, publicKey, parent }: { id: JournalId; publicKey: string; parent: Parent | null },
  proofs: Proofs,
  nowMs: number,
): Promise<Begun | null> {
  const known = await lockJournal(tx, accountId, id)
  if (!known) {
    const tillId = parent ? await tillOf(tx, accountId, id, parent, proofs) : parseShape(TillId, id)
    if (tillId === null) return null
    // From here on nobody else adds a journal to this till.
    await addTill(tx, accountId, tillId, nowMs)
    await insertJournal(tx, accountId, { id, tillId, publicKey, parent: parent && asStored(parent) }, nowMs)
    if (parent) await endParent(tx, accountId, tillId, id, parent, nowMs)
  }
  const heard = known ? id : parent?.id
  const isForked = heard !== undefined && (await hear(tx, accountId, heard, nowMs))
  const journal = await lockJournal(tx, accountId, id)
  return journal && { journal, alarm: isForked ? 'till_forked' : null }
}

/** The till goes on from the parent in this child. */
async function endParent(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  childId: JournalId,
  { id: parentId, headSeq, givenSeq }: Parent,
  nowMs: number,
): Promise<void> {
  const isTailLost = givenSeq > headSeq
  if (isTailLost) {
    const lost = { journal: parentId, fromSeq: headSeq + 1, toSeq: givenSeq }
    await noteLost(tx, accountId, tillId, lost, nowMs)
  }
  await setRival(tx, accountId, tillId, { parentId, childId })
  await endJournal(tx, accountId, parentId, isTailLost ? givenSeq : null, nowMs)
}

const asStored = ({ id, headSeq, givenSeq, proof }: Parent): NewJournal['parent'] => ({
  id,
  headSeq,
  givenSeq,
  signature: 'signature' in proof ? proof.signature : null,
})

async function tillOf(
  tx: Tx,
  accountId: AccountId,
  id: JournalId,
  parent: Parent,
  { isSigned, isOurMark }: Proofs,
): Promise<TillId | null> {
  const { proof } = parent
  const before = await findJournal(tx, accountId, parent.id)
  if ('signature' in proof) {
    const text = childText(accountId, id, parent)
    return before && isSigned(before.publicKey, text, proof.signature) ? before.tillId : null
  }
  // The parent itself may be unknown: a restored server hears of it by its children alone.
  if (!isOurMark(proof.mark, proof.tillId)) return null
  return !before || before.tillId === proof.tillId ? proof.tillId : null
}
