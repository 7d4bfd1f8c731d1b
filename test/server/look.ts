import type { AccountId } from '../../src/core/ids.ts'
import * as v from 'valibot'
import type { Db } from '../../src/server/db/db.ts'
import type { TestTill } from './test-till.ts'
import type { NewCard } from './world.ts'
import { parseShape } from '../../src/core/shape.ts'

const CaseRow = v.object({ kind: v.string(), choice: v.nullable(v.string()), evidence: v.string() })

/** Cases of an account as `kind` or `kind (choice)`, each with its evidence, sorted. */
export async function casesOf(db: Db, accountId: AccountId): Promise<[string, Record<string, unknown>][]> {
  const rows = await db.read((query) =>
    query.all('select kind, choice, evidence from cases where account_id = $1', [accountId]),
  )
  return parseShape(v.array(CaseRow), rows)
    .map(({ kind, choice, evidence }) => [choice === null ? kind : `${kind} (${choice})`, evidence] as const)
    .sort((a, b) => (a.join() < b.join() ? -1 : 1))
    .map(([kind, evidence]) => [kind, JSON.parse(evidence) as Record<string, unknown>])
}

export async function balanceOf(manager: TestTill, { number }: NewCard): Promise<number | undefined> {
  const { card } = await manager.answer('lookup', { number, entered: 'scanned', hold: null })
  return card?.balanceKopecks
}
