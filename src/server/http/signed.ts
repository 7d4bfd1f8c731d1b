import type { MiddlewareHandler } from 'hono'
import * as v from 'valibot'
import { AccountId, JournalId } from '../../core/ids.ts'
import { Signature, signatureHeader } from '../../core/wire/tills.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from './errors.ts'
import { type Env, readRaw, requireVersion, signedBytesMax } from './body.ts'
import { findJournal, type Journal } from '../ledger/tills/journals.ts'
import { tryShape } from '../../core/shape.ts'

/** What has to be read of a body before its signature can be checked. */
const Signed = v.object({ accountId: AccountId, journal: JournalId, nonce: v.nullable(v.string()) })

const rememberedMax = 10_000

/**
 * Lets a request in whose body was signed by the key of the journal that it names, over a fresh nonce (J5). A
 * session is not asked for: a queue must drain when nobody is logged in any more (A2).
 */
export function requireSigned({ db, verify, nonces, log }: Deps): MiddlewareHandler<Env> {
  // A journal has one key and one till for ever.
  const remembered = new Map<string, Pick<Journal, 'publicKey' | 'tillId'>>()

  async function keyOf({ accountId, journal }: v.InferOutput<typeof Signed>) {
    const name = `${accountId}/${journal}`
    const known = remembered.get(name)
    if (known) return known
    const found = await db.read((query) => findJournal(query, accountId, journal))
    if (!found) throw new ApiError('till_unknown')
    if (remembered.size >= rememberedMax) remembered.clear()
    remembered.set(name, found)
    return found
  }

  return async (c, next) => {
    const { bytes, json } = await readRaw(c, signedBytesMax)
    await requireVersion(c)
    const said = tryShape(Signed, json)
    if (!said.success) throw new ApiError('body_invalid', { detail: 'envelope' })
    const { accountId, journal, nonce } = said.data
    const { publicKey, tillId } = await keyOf(said.data)
    const signature = tryShape(Signature, c.req.header(signatureHeader))
    if (!signature.success || !verify(publicKey, bytes, signature.data)) {
      log.warn({ event: 'signature_invalid', accountId, tillId, journal })
      throw new ApiError('signature_invalid')
    }
    const { session } = c.var
    if (session && (session.accountId !== accountId || session.tillId !== tillId)) {
      throw new ApiError('till_unknown')
    }
    if (!nonces.isFresh(nonce, accountId, tillId)) {
      throw new ApiError('nonce_stale', { nonce: nonces.issue(accountId, tillId).nonce })
    }
    c.set('device', { accountId, tillId, journal })
    await next()
  }
}
