import { signatureHeader, TillRequest } from '../../core/wire-tills.ts'
import { bookKeyOf } from '../book-keys.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../errors.ts'
import { readBody, readRaw } from '../http.ts'
import { registerDevice } from '../ledger/devices.ts'
import { bindSession } from '../ledger/sessions.ts'
import { casesOfTill } from '../ledger/till-head.ts'
import { headOf, registerTill, tillName } from '../ledger/tills.ts'
import type { Handler } from './handler.ts'

/** A device key is asked to make its successor after this. */
const rotateAfterMs = 180 * 24 * 3_600_000

/** Makes the till and its key known and the session its own; a session speaks for one till as long as it lives. */
export function till(deps: Deps): Handler<'till'> {
  const { db, clock, nonces, sealing, keys, verify } = deps
  return async (c) => {
    const { accountId } = c.var.session
    const { bytes } = await readRaw(c)
    const { id, epoch, deviceKey } = await readBody(c, TillRequest)
    // Signed by the very key that it registers: nobody can register a key that he does not have.
    if (!verify(deviceKey, bytes, c.req.header(signatureHeader) ?? ''))
      throw new ApiError('signature_invalid')
    return db.write(async (tx) => {
      const nowMs = clock()
      const registered = await registerTill(tx, accountId, id, epoch, nowMs)
      const device = await registerDevice(tx, accountId, id, { epoch, publicKey: deviceKey }, nowMs)
      if (!device) throw new ApiError('signature_invalid')
      if (!(await bindSession(tx, accountId, c.var.tokenHash, id))) throw new ApiError('till_unknown')
      return {
        name: tillName(registered.ordinal),
        head: {
          headSeq: await headOf(tx, accountId, id, epoch),
          serverTimeMs: nowMs,
          nonce: nonces.issue(accountId, id),
          state: registered.state,
          ...(await casesOfTill(tx, accountId, id, nowMs)),
        },
        rotate: nowMs - device.madeAtMs > rotateAfterMs,
        sealingKey: await sealing.current(tx, accountId, nowMs),
        bookKey: bookKeyOf(keys.card, accountId).toString('base64url'),
      }
    })
  }
}
