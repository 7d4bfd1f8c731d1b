import type { AccountId, StoreId } from '../../core/ids.ts'
import { SessionRequest } from '../../core/wire/session.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody, requireVersion } from '../http/body.ts'
import { forgetOldSessions, insertSession, type Session } from '../ledger/tills/sessions.ts'
import { errorFacts } from '../log.ts'
import type { EmployeeContext, Store } from '../moysklad/moysklad.ts'
import { sha256 } from '../keys/secrets.ts'
import { newToken, sessionMs } from '../http/sessions.ts'
import type { Handler } from '../http/handler.ts'

/** Exchanges a frame's context key for a session (A1). */
export function session(deps: Deps): Handler<'session'> {
  const { db, clock, programmes } = deps

  return async (c) => {
    await requireVersion(c)
    const { contextKey } = await readBody(c, SessionRequest)
    const context = await exchange(deps, contextKey)
    if (!context) throw new ApiError('context_invalid')
    if (!context.maySell) throw new ApiError('not_allowed')
    const { accountId } = context
    const stores = await knownStores(deps, accountId)
    const nowMs = clock()
    const opened: Session = {
      accountId,
      employeeId: context.employeeId,
      employeeName: context.name,
      role: context.role,
      tillId: null,
      expiresAtMs: nowMs + sessionMs,
    }
    const token = newToken(deps, accountId)
    const tokenHash = sha256(token)
    const programme = await db.write(async (tx) => {
      await forgetOldSessions(tx, accountId, nowMs)
      await insertSession(tx, tokenHash, opened)
      return programmes.current(tx, accountId)
    })
    return {
      accountId,
      token,
      session: tokenHash,
      expiresAtMs: opened.expiresAtMs,
      stamp: null,
      employee: { id: context.employeeId, name: context.name, role: context.role },
      stores: storesOf(context, stores),
      programme,
    }
  }
}

async function exchange({ moysklad, log }: Deps, contextKey: string): Promise<EmployeeContext | null> {
  try {
    return await moysklad.exchangeContext(contextKey)
  } catch (error) {
    log.warn({ event: 'moysklad_unreachable', error: errorFacts(error).error })
    throw new ApiError('moysklad_unreachable')
  }
}

/** Null when MoySklad does not say: a nameless store must not keep a cashier out, the key works perhaps once. */
async function knownStores({ moysklad, log }: Deps, accountId: AccountId): Promise<Store[] | null> {
  try {
    return await moysklad.of(accountId).retailStores()
  } catch (error) {
    log.warn({ event: 'stores_unknown', error: errorFacts(error).error })
    return null
  }
}

/** A cashier's own points of sale; an administrator who is no cashier sees them all. */
function storesOf({ role, storeIds }: EmployeeContext, stores: Store[] | null): Store[] {
  const nameOf = (id: StoreId) => stores?.find((store) => store.id === id)?.name ?? 'Точка продаж'
  if (storeIds.length === 0 && role === 'manager') return stores ?? []
  return storeIds.map((id) => ({ id, name: nameOf(id) }))
}
