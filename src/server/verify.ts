import { join, resolve } from 'node:path'
import { readDatabaseConfig } from './config.ts'
import { openPostgres } from './db/postgres.ts'
import { openSqliteReadOnly } from './db/sqlite.ts'
import { verifyDigests } from './ledger/audit/digest.ts'
import { verifyLedger } from './ledger/audit/verify.ts'
import { errorFacts } from './log.ts'

/** `npm run verify`: recomputes the books, beside the running server; exits with 1 at the first difference (L6). */
async function main(): Promise<number> {
  const { databaseUrl, pooled, ...config } = readDatabaseConfig(process.env)
  const dataDir = resolve(config.dataDir)
  const db = databaseUrl ? openPostgres(databaseUrl, { pooled }) : openSqliteReadOnly(dataDir)
  try {
    const { difference, counts } = await verifyLedger(db)
    const digests = difference ? null : await verifyDigests(db, join(dataDir, 'digests'))
    const found = difference ?? digests?.difference
    if (found) {
      process.stdout.write(`DIFFERENCE: ${found}\n`)
      return 1
    }
    const { accounts, cards, receipts, operations, entries } = counts
    process.stdout.write(
      `The books agree: ${accounts} accounts, ${cards} cards, ${receipts} receipts, ${operations} operations, ` +
        `${entries} entries, ${digests?.digests ?? 0} daily digests.\n`,
    )
    return 0
  } finally {
    await db.close()
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`The books could not be read. ${errorFacts(error).stack}\n`)
    process.exit(1)
  },
)
