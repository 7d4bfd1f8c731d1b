import type { MiddlewareHandler } from 'hono'
import type { AccountId } from '../../core/ids.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from './errors.ts'
import type { Env } from './body.ts'
import { findSession, type Session } from '../ledger/tills/sessions.ts'
import { sha256 } from '../keys/secrets.ts'

/** A session lives as long as a long shift (A1). */
export const sessionMs = 12 * 3_600_000
const tokenBytes = 32
const rememberedMax = 10_000

/** A token names its account, so that every query can (A7), and carries 256 random bits. */
export function newToken(deps: Pick<Deps, 'random'>, accountId: AccountId): string {
  return `${accountId}.${deps.random(tokenBytes).toString('base64url')}`
}

/**
 * Lets a request in whose `Authorization: Bearer` token is a living session. Once bound to its till a session never
 * changes, so those are remembered and most requests ask no database.
 */
export function requireSession(deps: Deps): MiddlewareHandler<Env> {
  const remembered = new Map<string, Session>()

  async function sessionOf(token: string, hash: string): Promise<Session | null> {
    const known = remembered.get(hash)
    if (known) return known
    const accountId = token.split('.')[0]!
    const found = await deps.db.read((query) => findSession(query, accountId, hash))
    if (!found?.tillId) return found
    if (remembered.size >= rememberedMax) remembered.clear()
    remembered.set(hash, found)
    return found
  }

  return async (c, next) => {
    const token = /^Bearer ([\w.-]{40,200})$/.exec(c.req.header('authorization') ?? '')?.[1]
    const tokenHash = sha256(token ?? '')
    const session = token ? await sessionOf(token, tokenHash) : null
    if (!session) throw new ApiError('session_missing')
    if (session.expiresAtMs <= deps.clock()) throw new ApiError('session_expired')
    c.set('session', session)
    c.set('tokenHash', tokenHash)
    await next()
  }
}

/** After `requireSession`: the cashier's routes need to know whose journal and holds they are about. */
export const requireTill: MiddlewareHandler<Env> = async (c, next) => {
  const { tillId } = c.var.session
  if (!tillId) throw new ApiError('till_unknown')
  c.set('tillId', tillId)
  await next()
}

/** After `requireSession`: rules and stock are the managers' (A3). */
export const requireManager: MiddlewareHandler<Env> = async (c, next) => {
  if (c.var.session.role !== 'manager') throw new ApiError('not_allowed')
  await next()
}
