import { HoldId } from '../../core/ids.ts'
import { refusal } from '../../core/refusal.ts'
import { HoldRequest } from '../../core/wire/holds.ts'
import { requireActive } from '../http/active-till.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody, readId } from '../http/body.ts'
import { lockCard } from '../ledger/cards/cards.ts'
import { findHold, forbidHold, holdsOfCard, releaseByManager, releaseHold } from '../ledger/cards/holds.ts'
import { draftWaits } from '../ledger/posting/receipts.ts'
import { takeHold } from '../ledger/cards/take-hold.ts'
import type { Handler } from '../http/handler.ts'

export function hold({ db, clock, programmes }: Deps): Handler<'hold'> {
  return async (c) => {
    const { accountId } = c.var.session
    const { tillId } = c.var
    const id = readId(c, HoldId)
    const { draftId, cardId, purpose, amountKopecks } = await readBody(c, HoldRequest)
    if ((purpose === 'redeem') !== (amountKopecks !== null)) {
      throw new ApiError('body_invalid', { detail: 'amountKopecks' })
    }
    const taken = await db.write(async (tx) => {
      await requireActive(tx, accountId, tillId)
      const nowMs = clock()
      const programme = await programmes.current(tx, accountId)
      if (!programme) throw new ApiError('programme_missing')
      const card = await lockCard(tx, accountId, cardId)
      if (!card) return { status: 'refused' as const, refusal: refusal('card_unknown', cardId) }
      // The money of a promise that waits for a human stays as it is (O2): whatever comes of its draft is late.
      if (await draftWaits(tx, accountId, draftId))
        return { status: 'refused' as const, refusal: refusal('hold_over', cardId) }
      const holds = await holdsOfCard(tx, accountId, cardId, { tillId, draftId, holdId: id }, nowMs)
      const today = programmes.day(programme, nowMs)
      const wanted = { id, draftId, redeemKopecks: amountKopecks, orLess: false }
      return takeHold(tx, card, holds, wanted, { accountId, tillId, programme, today, nowMs })
    })
    switch (taken.status) {
      case 'taken':
        throw new ApiError('id_taken')
      case 'refused':
        return { hold: null, refusal: taken.refusal }
      case 'held':
        return { hold: taken.hold, refusal: null }
    }
  }
}

export function release({ db, clock }: Deps): Handler<'release'> {
  return async (c) => {
    const { accountId } = c.var.session
    const { tillId } = c.var
    const id = readId(c, HoldId)
    const released = await db.write(async (tx) => {
      const known = await findHold(tx, accountId, id)
      if (!known) {
        await forbidHold(tx, accountId, tillId, id, clock())
        return false
      }
      // The money of a promise that waits for a human stays where it is (O2).
      if (known.draftId !== null && (await draftWaits(tx, accountId, known.draftId))) return false
      return releaseHold(tx, accountId, tillId, id, clock())
    })
    return { released }
  }
}

/** A manager ends a hold of a till that keeps silent (O2). */
export function releaseHeld({ db, clock, log }: Deps): Handler<'releaseHeld'> {
  return async (c) => {
    const { accountId, employeeId } = c.var.session
    const id = readId(c, HoldId)
    const released = await db.write((tx) => releaseByManager(tx, accountId, id, clock()))
    log.info({ event: 'hold_released', accountId, employeeId, holdId: id, released })
    return { released }
  }
}
