import type { MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import { AccountId, TillId } from '../core/ids.ts'
import { Signature, signatureHeader } from '../core/wire-tills.ts'
import type { Deps } from './deps.ts'
import { ApiError } from './errors.ts'
import { type Env, readRaw, requireVersion, signedBytesMax } from './http.ts'
import { deviceKey } from './ledger/devices.ts'

/** What has to be read of a body before its signature can be checked. */
const Signed = z.object({
  accountId: AccountId,
  till: z.object({ id: TillId, epoch: z.int() }),
  nonce: z.nullable(z.string()),
})

const rememberedMax = 10_000

/**
 * Lets a request in whose body was signed by the key of the till and epoch that it names, over a fresh nonce (J5). A
 * session is not asked for: a queue must drain when nobody is logged in any more (A2).
 */
export function requireSigned({ db, verify, nonces, log }: Deps): MiddlewareHandler<Env> {
  // The key of an epoch never changes.
  const keys = new Map<string, string>()

  async function keyOf({ accountId, till }: z.infer<typeof Signed>): Promise<string | null> {
    const name = `${accountId}/${till.id}/${till.epoch}`
    const known = keys.get(name)
    if (known) return known
    const found = await db.read((query) => deviceKey(query, accountId, till.id, till.epoch))
    if (!found) return null
    if (keys.size >= rememberedMax) keys.clear()
    keys.set(name, found.publicKey)
    return found.publicKey
  }

  return async (c, next) => {
    const { bytes, json } = await readRaw(c, signedBytesMax)
    await requireVersion(c)
    const said = z.safeParse(Signed, json)
    if (!said.success) throw new ApiError('body_invalid', { detail: 'envelope' })
    const { accountId, till, nonce } = said.data
    const signature = z.safeParse(Signature, c.req.header(signatureHeader))
    const key = signature.success ? await keyOf(said.data) : null
    if (!signature.success || !key || !verify(key, bytes, signature.data)) {
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
