import type { Context, MiddlewareHandler } from 'hono'
import type { AccountId } from '../../core/ids.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from './errors.ts'
import type { Env } from './body.ts'
import { findSession, type Session } from '../ledger/tills/sessions.ts'
import { sha256 } from '../keys/secrets.ts'

/** A session lives as long as a long shift, where nothing but a reload brings another one (A1). */
export const sessionMs = 12 * 3_600_000
/** After so long MoySklad is asked again (A3). */
export const renewAfterMs = 3_600_000
/** A page that can give a user token renews its session: without that it has an hour left. */
export const renewableMs = 2 * renewAfterMs
const tokenBytes = 32
const rememberedMax = 10_000
/** What one process learns of an employee all of them go by after this time. */
export const rememberMs = 60_000

/** A token names its account, so that every query can (A7), and carries 256 random bits. */
export function newToken(deps: Pick<Deps, 'random'>, accountId: AccountId): string {
  return `${accountId}.${deps.random(tokenBytes).toString('base64url')}`
}

/** @returns null where the request brings no token of ours */
export function tokenOf(c: Context): string | null {
  return /^Bearer ([\w.-]{40,200})$/.exec(c.req.header('authorization') ?? '')?.[1] ?? null
}

/**
 * Lets a request in whose `Authorization: Bearer` token is a living session of somebody who may still work here. Those that
 * are bound to their till are remembered for a minute, and most requests ask no database.
 */
export function requireSession(deps: Deps): MiddlewareHandler<Env> {
  const remembered = new Map<string, { session: Session; untilMs: number }>()

  async function sessionOf(token: string, hash: string): Promise<Session | null> {
    const nowMs = deps.clock()
    const known = remembered.get(hash)
    if (known && nowMs < known.untilMs) return known.session
    const accountId = token.split('.')[0]!
    const session = await deps.db.read((query) => findSession(query, accountId, hash))
    if (!session?.tillId) return session
    if (remembered.size >= rememberedMax) remembered.clear()
    remembered.set(hash, { session, untilMs: nowMs + rememberMs })
    return session
  }

  return async (c, next) => {
    const token = tokenOf(c)
    const tokenHash = sha256(token ?? '')
    const session = token ? await sessionOf(token, tokenHash) : null
    if (!session) throw new ApiError('session_missing')
    if (session.expiresAtMs <= deps.clock()) throw new ApiError('session_expired')
    if (session.maySell === 0) throw new ApiError('not_allowed')
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
