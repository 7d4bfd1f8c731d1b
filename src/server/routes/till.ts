import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { Signature, signatureHeader, TillRequest } from '../../core/wire/tills.ts'
import { bookKeyOf } from '../keys/book-keys.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody, readRaw } from '../http/body.ts'
import { beginJournal } from '../ledger/tills/begin-journal.ts'
import { bindSession } from '../ledger/tills/sessions.ts'
import { newsFor } from '../ledger/tills/head.ts'
import type { Handler } from '../http/handler.ts'
import { tryShape } from '../../core/shape.ts'

/** After this a till is asked to go on under a new key. */
const keyMaxAgeMs = 180 * 24 * 3_600_000

/** Opens nothing: a till that was shut out, or has a double, must not read the book any more. */
const noBookKey = Buffer.alloc(32)

const Vouched = v.object({ parent: v.object({ proof: v.object({ signature: Signature }) }) })

const journalOf = (publicKey: string) =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('base64url')

/** Makes a journal known and the session its till's own; a session speaks for one till as long as it lives. */
export function till(deps: Deps): Handler<'till'> {
  const { db, clock, nonces, sealing, keys, verify, log } = deps
  return async (c) => {
    const session = c.var.session ?? null
    const { bytes, json } = await readRaw(c)
    // Only a journal that the till itself vouches for may come when nobody is logged in (A2).
    if (!session && !tryShape(Vouched, json).success) throw new ApiError('session_missing')
    const { accountId, journal: id, deviceKey, parent, speaks } = await readBody(c, TillRequest)
    if (parent && parent.headSeq > parent.givenSeq) throw new ApiError('body_invalid', { detail: 'parent' })
    if (session && session.accountId !== accountId) throw new ApiError('till_unknown')
    if (id !== journalOf(deviceKey)) throw new ApiError('body_invalid', { detail: 'journal' })
    // Signed by the very key that it registers: nobody can register a key that they do not have.
    if (!verify(deviceKey, bytes, c.req.header(signatureHeader) ?? ''))
      throw new ApiError('signature_invalid')
    const isSigned = (key: string, text: string, signature: string) =>
      verify(key, Buffer.from(text), signature)
    const { answer, isNew, alarm } = await db.write(async (tx) => {
      const nowMs = clock()
      const begun = await beginJournal(
        tx,
        accountId,
        { id, publicKey: deviceKey, parent },
        { isSigned, isOurMark: (mark, tillId) => nonces.isOurMark(mark, accountId, tillId) },
        nowMs,
      )
      if (!begun) throw new ApiError('till_unknown')
      const { tillId, state, ordinal, headSeq, madeAtMs, overAtMs } = begun.journal
      // A copy that stayed behind, or a frame that has not heard of the next one (F9).
      if (speaks && overAtMs !== null) throw new ApiError('journal_over')
      // A till that has to start anew as another one needs this very session for that.
      const binds = session !== null && speaks && state !== 'retired'
      if (binds && !(await bindSession(tx, accountId, c.var.tokenHash, tillId)))
        throw new ApiError('till_unknown')
      const bookKey = session && state === 'active' ? bookKeyOf(keys.card, accountId) : noBookKey
      const answer = {
        ordinal,
        head: {
          headSeq,
          serverTimeMs: nowMs,
          ...nonces.issue(accountId, tillId),
          state,
          ...(await newsFor(tx, accountId, tillId, { decidedAfterMs: nowMs, grant: null })),
        },
        keyIsOld: state === 'active' && nowMs - madeAtMs > keyMaxAgeMs,
        sealingKey: await sealing.current(tx, accountId, nowMs),
        bookKey: bookKey.toString('base64url'),
      }
      return { answer, isNew: madeAtMs === nowMs, alarm: begun.alarm }
    })
    if (isNew) log.info({ event: 'journal_begun', accountId, journal: id, employeeId: session?.employeeId })
    if (alarm) log.error({ event: alarm, accountId, journal: id })
    return answer
  }
}
