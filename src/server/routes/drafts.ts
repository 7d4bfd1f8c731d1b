import { Draft } from '../../core/draft/draft.ts'
import { DraftId } from '../../core/ids.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody, readId } from '../http/body.ts'
import { dropDraft as drop, storeDraft } from '../ledger/decisions/drafts.ts'
import { releaseDraftHolds } from '../ledger/cards/holds.ts'
import { draftWaits } from '../ledger/posting/receipts.ts'
import { lockTill } from '../ledger/tills/tills.ts'
import type { Handler } from '../http/handler.ts'

export function saveDraft({ db }: Deps): Handler<'saveDraft'> {
  return async (c) => {
    const { accountId } = c.var.session
    const { tillId } = c.var
    const id = readId(c, DraftId)
    const draft = await readBody(c, Draft)
    if (draft.id !== id) throw new ApiError('body_invalid', { detail: 'id' })
    const result = await db.write((tx) => storeDraft(tx, accountId, tillId, draft))
    if (result === 'taken') throw new ApiError('id_taken')
    return { stored: result === 'stored' }
  }
}

export function dropDraft({ db, clock }: Deps): Handler<'dropDraft'> {
  return async (c) => {
    const { accountId } = c.var.session
    const { tillId } = c.var
    const id = readId(c, DraftId)
    await db.write(async (tx) => {
      // Its holds may be on several cards: a payment of the same till fits them card by card.
      await lockTill(tx, accountId, tillId)
      await drop(tx, accountId, tillId, id, clock())
      // A committed draft's holds belong to its receipt, which consumed them or still waits for a human (O2).
      if (await draftWaits(tx, accountId, id)) return
      await releaseDraftHolds(tx, accountId, tillId, id, 'till', clock())
    })
    return { stored: false }
  }
}
