import type { AccountId, EmployeeId } from '../../core/ids.ts'
import type { Db } from '../db/db.ts'
import { findSession } from '../ledger/tills/sessions.ts'

const rememberedMax = 10_000

export interface Authors {
  /** Whose the sessions are, by their hashes. Absent: unknown, or forgotten since. */
  of(accountId: AccountId, sessions: Iterable<string>): Promise<ReadonlyMap<string, EmployeeId>>
}

/** Remembers whose a session is, which never changes: most batches ask no database. */
export function createAuthors(db: Db): Authors {
  const remembered = new Map<string, EmployeeId>()

  return {
    async of(accountId, sessions) {
      const found = new Map<string, EmployeeId>()
      const unknown: string[] = []
      for (const session of new Set(sessions)) {
        const employee = remembered.get(`${accountId}/${session}`)
        if (employee) found.set(session, employee)
        else unknown.push(session)
      }
      if (unknown.length === 0) return found
      await db.read(async (query) => {
        for (const session of unknown) {
          const employee = (await findSession(query, accountId, session))?.employeeId
          if (employee) found.set(session, employee)
        }
      })
      if (remembered.size >= rememberedMax) remembered.clear()
      for (const [session, employee] of found) remembered.set(`${accountId}/${session}`, employee)
      return found
    },
  }
}
