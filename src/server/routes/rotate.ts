import { RotateRequest } from '../../core/wire/tills.ts'
import type { AccountId, TillId } from '../../core/ids.ts'
import type { Tx } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody } from '../http/body.ts'
import { deviceKey, registerDevice } from '../ledger/tills/devices.ts'
import { newsFor } from '../ledger/tills/head.ts'
import { headOf, lockTill } from '../ledger/tills/tills.ts'
import type { Handler } from '../http/handler.ts'

/**
 * Announces the key of the till's next epoch, signed by the key of the one that it writes in (F19). The epoch begins when the
 * till first registers or sends in it: until then it may not have heard the answer, and goes on in the old one.
 */
export function rotate(deps: Deps): Handler<'rotate'> {
  const { db, clock, nonces, log } = deps
  return async (c) => {
    const { accountId, tillId, epoch } = c.var.device
    const { next, ...envelope } = await readBody(c, RotateRequest)
    if (next.epoch !== epoch + 1) throw new ApiError('body_invalid', { detail: 'next.epoch' })
    const { head, isNew } = await db.write(async (tx) => {
      const nowMs = clock()
      const till = await lockTill(tx, accountId, tillId)
      if (till?.state !== 'active') throw new ApiError('till_not_active')
      const isNew = await announce(tx, accountId, tillId, { ...next, isNext: epoch === till.epoch }, nowMs)
      const head = {
        headSeq: await headOf(tx, accountId, tillId, epoch),
        serverTimeMs: nowMs,
        nonce: nonces.issue(accountId, tillId),
        state: till.state,
        ...(await newsFor(tx, accountId, tillId, envelope)),
      }
      return { head, isNew }
    })
    if (isNew) log.info({ event: 'device_rotated', accountId, tillId, epoch: next.epoch })
    return head
  }
}

/** @returns false when it was announced before. @throws ApiError for another key: two copies of the till rotate (F9) */
async function announce(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  next: { epoch: number; deviceKey: string; isNext: boolean },
  nowMs: number,
): Promise<boolean> {
  const known = await deviceKey(tx, accountId, tillId, next.epoch)
  if (known?.publicKey === next.deviceKey) return false
  // A copy that stayed behind in an old epoch has no next one.
  if (known || !next.isNext) throw new ApiError('signature_invalid')
  await registerDevice(tx, accountId, tillId, { epoch: next.epoch, publicKey: next.deviceKey }, nowMs)
  return true
}
