import { signatureHeader, TillRequest } from '../../core/wire/tills.ts'
import { bookKeyOf } from '../keys/book-keys.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody, readRaw } from '../http/body.ts'
import { registerBranch, registerDevice } from '../ledger/tills/devices.ts'
import { noteLost } from '../ledger/tills/missing.ts'
import { bindSession } from '../ledger/tills/sessions.ts'
import { newsFor } from '../ledger/tills/head.ts'
import { registerTill } from '../ledger/tills/tills.ts'
import type { Handler } from '../http/handler.ts'

/** A device key is asked to make its successor after this. */
const rotateAfterMs = 180 * 24 * 3_600_000

/** Opens nothing: a till that was shut out, or has a double, must not read the book any more. */
const noBookKey = Buffer.alloc(32)

/** Makes the till and its key known and the session its own; a session speaks for one till as long as it lives. */
export function till(deps: Deps): Handler<'till'> {
  const { db, clock, nonces, sealing, keys, verify, log } = deps
  return async (c) => {
    const { accountId, employeeId } = c.var.session
    const { bytes } = await readRaw(c)
    const { id, epoch, deviceKey, speaks, lost } = await readBody(c, TillRequest)
    if (lost && (lost.epoch >= epoch || lost.fromSeq > lost.toSeq)) {
      throw new ApiError('body_invalid', { detail: 'lost' })
    }
    // Signed by the very key that it registers: nobody can register a key that he does not have.
    if (!verify(deviceKey, bytes, c.req.header(signatureHeader) ?? ''))
      throw new ApiError('signature_invalid')
    const { answer, isNew } = await db.write(async (tx) => {
      const nowMs = clock()
      const registered = await registerTill(tx, accountId, id, { epoch, writes: speaks }, nowMs)
      const key = { epoch, publicKey: deviceKey }
      const device =
        registered &&
        ((await registerDevice(tx, accountId, id, key, nowMs)) ??
          (speaks ? null : await registerBranch(tx, accountId, id, key, nowMs)))
      // Another key for a known epoch, or an epoch that is over: an old copy of a till, or somebody who plays it (F9).
      if (!registered || !device) throw new ApiError('signature_invalid')
      if (lost) await noteLost(tx, accountId, id, lost, nowMs)
      const { state, ordinal } = registered
      // A till that has to start anew as another one needs this very session for that.
      const binds = speaks && state !== 'retired'
      if (binds && !(await bindSession(tx, accountId, c.var.tokenHash, id)))
        throw new ApiError('till_unknown')
      const bookKey = state === 'active' ? bookKeyOf(keys.card, accountId) : noBookKey
      const answer = {
        ordinal,
        head: {
          headSeq: registered.headSeq,
          serverTimeMs: nowMs,
          nonce: nonces.issue(accountId, id),
          state,
          ...(await newsFor(tx, accountId, id, { decidedAfterMs: nowMs, grant: null })),
        },
        rotate: state === 'active' && nowMs - device.madeAtMs > rotateAfterMs,
        sealingKey: await sealing.current(tx, accountId, nowMs),
        bookKey: bookKey.toString('base64url'),
      }
      return { answer, isNew: device.madeAtMs === nowMs }
    })
    if (isNew) log.info({ event: 'device_registered', accountId, tillId: id, epoch, employeeId })
    return answer
  }
}
