import type { Db } from './db.ts'
import { migrate } from './migrate.ts'
import { openPostgres, type PostgresOptions } from './postgres.ts'
import { grantRights } from './rights.ts'

/**
 * Brings a database up to what this program needs, before it serves: by the role that it serves with, or by the owner's
 * where that is another one, which then gives the server its rights.
 *
 * @param ownerUrl PostgreSQL's address for the role that owns the tables; null where the server's own role does
 * @throws UnfitDatabase
 */
export async function prepareDatabase(
  db: Db,
  ownerUrl: string | null,
  clock: () => number,
  options: PostgresOptions = {},
): Promise<void> {
  if (ownerUrl === null) return migrate(db, clock)
  const owner = openPostgres(ownerUrl, options)
  try {
    await migrate(owner, clock)
    await grantRights(owner, db)
  } finally {
    await owner.close()
  }
}
