import type { MiddlewareHandler } from 'hono'
import * as v from 'valibot'
import { AccountId, TillId } from '../../core/ids.ts'
import { Signature, signatureHeader } from '../../core/wire/tills.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from './errors.ts'
import { type Env, readRaw, requireVersion, signedBytesMax } from './body.ts'
import { signingKeys } from '../ledger/tills/devices.ts'
import { tryShape } from '../../core/shape.ts'

/** What has to be read of a body before its signature can be checked. */
const Signed = v.object({
  accountId: AccountId,
  till: v.object({ id: TillId, epoch: v.pipe(v.number(), v.safeInteger()) }),
  nonce: v.nullable(v.string()),
})

const rememberedMax = 10_000

/**
 * Lets a request in whose body was signed by a key of the till and epoch that it names, over a fresh nonce (J5). A
 * session is not asked for: a queue must drain when nobody is logged in any more (A2).
 */
export function requireSigned({ db, verify, nonces, log }: Deps): MiddlewareHandler<Env> {
  // Keys of an epoch never change, and one more is seldom told.
  const remembered = new Map<string, string[]>()

  async function isSigned(
    { accountId, till }: v.InferOutput<typeof Signed>,
    bytes: Uint8Array,
    signature: string,
  ): Promise<boolean> {
    const byOneOf = (keys: readonly string[]) => keys.some((key) => verify(key, bytes, signature))
    const name = `${accountId}/${till.id}/${till.epoch}`
    if (byOneOf(remembered.get(name) ?? [])) return true
    const found = await db.read((query) => signingKeys(query, accountId, till.id, till.epoch))
    if (remembered.size >= rememberedMax) remembered.clear()
    if (found.length > 0) remembered.set(name, found)
    return byOneOf(found)
  }

  return async (c, next) => {
    const { bytes, json } = await readRaw(c, signedBytesMax)
    await requireVersion(c)
    const said = tryShape(Signed, json)
    if (!said.success) throw new ApiError('body_invalid', { detail: 'envelope' })
    const { accountId, till, nonce } = said.data
    const signature = tryShape(Signature, c.req.header(signatureHeader))
    if (!signature.success || !(await isSigned(said.data, bytes, signature.data))) {
      log.warn({ event: 'signature_invalid', accountId, tillId: till.id, epoch: till.epoch })
      throw new ApiError('signature_invalid')
    }
    const { session } = c.var
    if (session && (session.accountId !== accountId || session.tillId !== till.id)) {
      throw new ApiError('till_unknown')
    }
    if (!nonces.isFresh(nonce, accountId, till.id)) {
      throw new ApiError('nonce_stale', { nonce: nonces.issue(accountId, till.id) })
    }
    c.set('device', { accountId, tillId: till.id, epoch: till.epoch })
    await next()
  }
}
