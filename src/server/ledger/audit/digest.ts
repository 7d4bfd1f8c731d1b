import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Db } from '../../db/db.ts'
import { sha256 } from '../../keys/secrets.ts'
import { parseRows } from '../../db/rows.ts'
import { Int, tryShape } from '../../../core/shape.ts'

/**
 * A digest of all chains leaves the database once a day (L7): whoever edits history afterwards, chains and all, no
 * longer agrees with the file.
 */
const DailyDigest = v.strictObject({
  /** Operations posted up to this moment, inclusive, are covered. */
  asOfMs: Int,
  cards: Int,
  operations: Int,
  /** SHA-256 over the lines `account card length head`, sorted. */
  digest: v.string(),
})
type DailyDigest = v.InferOutput<typeof DailyDigest>

/** Transactions in flight may still post an earlier moment; none lives this long. */
const settleMs = 5 * 60_000

const HeadRow = v.object({
  accountId: v.string(),
  cardId: v.string(),
  chainN: Int,
  hash: v.string(),
})

async function digestAsOf(db: Db, asOfMs: number): Promise<DailyDigest> {
  const rows = await db.read((query) =>
    query.all(
      `select o.account_id as "accountId", o.card_id as "cardId", o.chain_n as "chainN", o.hash
        from operation o join (
          select account_id, card_id, max(chain_n) as chain_n from operation where posted_at_ms <= $1
          group by account_id, card_id
        ) newest on newest.account_id = o.account_id and newest.card_id = o.card_id and newest.chain_n = o.chain_n`,
      [asOfMs],
    ),
  )
  const heads = parseRows(HeadRow, rows)
  // Sorted here: databases sort by collations of their own.
  const lines = heads.map((head) => `${head.accountId} ${head.cardId} ${head.chainN} ${head.hash}`).sort()
  return {
    asOfMs,
    cards: heads.length,
    operations: heads.reduce((sum, head) => sum + head.chainN, 0),
    digest: sha256(lines.join('\n')),
  }
}

/**
 * Writes today's digest unless it is there already; a written one is never replaced.
 *
 * @returns the file it wrote, or null
 */
export async function writeDailyDigest(db: Db, folder: string, nowMs: number): Promise<string | null> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${new Date(nowMs).toISOString().slice(0, 10)}.json`)
  if ((await digestFiles(folder)).includes(file)) return null
  const digest = await digestAsOf(db, nowMs - settleMs)
  try {
    await writeFile(file, `${JSON.stringify(digest, null, 2)}\n`, { flag: 'wx' })
    return file
  } catch (error) {
    // Another process of this server was faster.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null
    throw error
  }
}

async function digestFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder)
    return names
      .filter((name) => /^\d{4}-\d{2}-\d{2}\.json$/.test(name))
      .sort()
      .map((name) => join(folder, name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Compares every digest file with the heads of its moment, recomputed. */
export async function verifyDigests(
  db: Db,
  folder: string,
): Promise<{ difference: string | null; digests: number }> {
  const files = await digestFiles(folder)
  for (const file of files) {
    const kept = tryShape(DailyDigest, parseJson(await readFile(file, 'utf8')))
    if (!kept.success) return { difference: `${file} is no digest`, digests: files.length }
    const now = await digestAsOf(db, kept.data.asOfMs)
    if (now.digest !== kept.data.digest || now.operations !== kept.data.operations) {
      return {
        difference: `the ledger as of ${new Date(now.asOfMs).toISOString()} is not what ${file} remembers`,
        digests: files.length,
      }
    }
  }
  return { difference: null, digests: files.length }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The caller says which file it was.
    return undefined
  }
}
