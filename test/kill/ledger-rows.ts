import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

export type Row = Record<string, unknown>

/** Reads a ledger by SQL beside its server, past everything that the server believes. */
export async function ledgerRows(
  place: { dataDir: string; databaseUrl?: string },
  sql: string,
): Promise<Row[]> {
  if (!place.databaseUrl) {
    const file = new DatabaseSync(join(place.dataDir, 'podarok.sqlite'), { readOnly: true })
    try {
      return file.prepare(sql).all()
    } finally {
      file.close()
    }
  }
  const client = new pg.Client({ connectionString: place.databaseUrl })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}
