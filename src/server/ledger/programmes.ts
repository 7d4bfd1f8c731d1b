import * as v from 'valibot'
import { type AccountId, type EmployeeId, ProgrammeId } from '../../core/ids.ts'
import { Programme } from '../../core/card/programme.ts'
import { localDates } from '../../core/card/validity.ts'
import type { Query, Tx } from '../db/db.ts'
import { parseFirst } from '../db/rows.ts'
import { Int, parseShape } from '../../core/shape.ts'

const Newest = v.object({
  id: ProgrammeId,
  version: Int,
  setAtMs: Int,
})
type Newest = v.InferOutput<typeof Newest>
const Stored = v.object({ body: v.string() })

export interface Programmes {
  /** The rules in force, or null before the owner set any. */
  current(query: Query, accountId: AccountId): Promise<Programme | null>
  /** The day in the programme's time zone. */
  day(programme: Programme, momentMs: number): string
  /** Sets new rules; the old version stays (L2). */
  save(tx: Tx, accountId: AccountId, programme: Programme, by: EmployeeId, nowMs: number): Promise<void>
}

/**
 * Remembers parsed programmes: a version never changes, and parsing one costs more than posting a receipt. The moment
 * is compared too, since a version may have been read inside a transaction that was not committed after all.
 */
export function createProgrammes(): Programmes {
  const known = new Map<AccountId, Newest & { programme: Programme }>()
  const days = new Map<string, (momentMs: number) => string>()
  const lastDays = new Map<string, { minute: number; day: string }>()

  async function current(query: Query, accountId: AccountId): Promise<Programme | null> {
    const newest = await newestVersion(query, accountId)
    if (!newest) return null
    const remembered = known.get(accountId)
    if (
      remembered?.version === newest.version &&
      remembered.id === newest.id &&
      remembered.setAtMs === newest.setAtMs
    ) {
      return remembered.programme
    }
    const programme = await read(query, accountId, newest)
    known.set(accountId, { ...newest, programme })
    return programme
  }

  return {
    current,
    day({ timeZone }, momentMs) {
      // A day begins with a minute in every time zone, and naming it anew for every receipt costs more than its rules do.
      const minute = Math.floor(momentMs / 60_000)
      const last = lastDays.get(timeZone)
      if (last?.minute === minute) return last.day
      let dates = days.get(timeZone)
      if (!dates) days.set(timeZone, (dates = localDates(timeZone)))
      const day = dates(momentMs)
      lastDays.set(timeZone, { minute, day })
      return day
    },
    async save(tx, accountId, programme, by, nowMs) {
      const version = (await newestVersion(tx, accountId))?.version ?? 0
      await tx.run(
        'insert into programme (account_id, id, version, body, set_by, set_at_ms) values ($1, $2, $3, $4, $5, $6)',
        [accountId, programme.id, version + 1, JSON.stringify(programme), by, nowMs],
      )
    },
  }
}

/** One programme is in force: of whichever id, the newest version counts, and versions are counted over all of them. */
async function newestVersion(query: Query, accountId: AccountId): Promise<Newest | null> {
  const rows = await query.all(
    `select id, version, set_at_ms as "setAtMs" from programme where account_id = $1
      order by version desc, set_at_ms desc, id limit 1`,
    [accountId],
  )
  return parseFirst(Newest, rows)
}

async function read(
  query: Query,
  accountId: AccountId,
  { id, version }: Pick<Newest, 'id' | 'version'>,
): Promise<Programme> {
  const [row] = await query.all(
    'select body from programme where account_id = $1 and id = $2 and version = $3',
    [accountId, id, version],
  )
  return parseShape(Programme, JSON.parse(parseShape(Stored, row).body))
}
