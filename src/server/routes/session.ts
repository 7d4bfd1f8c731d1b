import type * as v from 'valibot'
import type { AccountId, StoreId } from '../../core/ids.ts'
import { SessionRequest } from '../../core/wire/session.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody, requireVersion } from '../http/body.ts'
import { reach } from '../http/reach.ts'
import { learnEmployee } from '../ledger/tills/employees.ts'
import { endSession, forgetOldSessions, insertSession } from '../ledger/tills/sessions.ts'
import { errorFacts } from '../log.ts'
import type { EmployeeBrief, EmployeeContext, Store } from '../moysklad/moysklad.ts'
import { sha256 } from '../keys/secrets.ts'
import { newToken, renewableMs, renewAfterMs, sessionMs, tokenOf } from '../http/sessions.ts'
import type { Handler } from '../http/handler.ts'

type Vouched = v.InferOutput<typeof SessionRequest>

/** Exchanges what MoySklad vouches by for a session (A1). One that follows another in the same page speaks for its till. */
export function session(deps: Deps): Handler<'session'> {
  const { db, clock, programmes, log } = deps

  return async (c) => {
    await requireVersion(c)
    const vouched = await readBody(c, SessionRequest)
    const told = await exchange(deps, vouched)
    if (!told) throw new ApiError('context_invalid')
    const { accountId } = told
    const stores = await knownStores(deps, accountId)
    const nowMs = clock()
    const expiresAtMs = nowMs + ('userToken' in vouched ? renewableMs : sessionMs)
    const followed = tokenOf(c)
    const token = newToken(deps, accountId)
    const tokenHash = sha256(token)
    const { employee, opened } = await db.write(async (tx) => {
      await forgetOldSessions(tx, accountId, nowMs)
      // Kept also where it gives no right: their other sessions are over then.
      const employee = await learnEmployee(tx, told)
      if (!employee?.maySell) return { employee, opened: null }
      const tillId = followed === null ? null : await endSession(tx, accountId, sha256(followed), nowMs)
      const { employeeId } = employee
      await insertSession(tx, tokenHash, { accountId, employeeId, tillId, expiresAtMs })
      return { employee, opened: { tillId, programme: await programmes.current(tx, accountId) } }
    })
    if (!employee) {
      log.warn({ event: 'rights_unknown', accountId, employeeId: told.employeeId })
      throw new ApiError('context_invalid')
    }
    if (!opened) throw new ApiError('not_allowed')
    return {
      accountId,
      token,
      session: tokenHash,
      expiresAtMs,
      renewAfterMs,
      isBound: opened.tillId !== null,
      stamp: null,
      employee: { id: employee.employeeId, name: employee.name, role: employee.role },
      stores: storesOf(employee, stores),
      programme: opened.programme,
    }
  }
}

const exchange = (deps: Deps, vouched: Vouched): Promise<EmployeeContext | EmployeeBrief | null> =>
  reach(deps, () =>
    'userToken' in vouched
      ? deps.moysklad.exchangeUserToken(vouched.userToken)
      : deps.moysklad.exchangeContext(vouched.contextKey),
  )

/** Null when MoySklad does not say: a nameless store must not keep a cashier out, what vouches works perhaps once. */
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
