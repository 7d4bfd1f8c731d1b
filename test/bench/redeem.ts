import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import pg from 'pg'
import { migrate } from '../../src/server/db/migrate.ts'
import { openPostgres } from '../../src/server/db/postgres.ts'
import { openSqlite } from '../../src/server/db/sqlite.ts'
import { verifyLedger } from '../../src/server/ledger/audit/verify.ts'
import { freshFolder } from '../server/folders.ts'
import { startMoySkladStub } from '../server/moysklad-stub.ts'
import { startServer } from '../server/server-process.ts'
import { startPostgres } from '../support/postgres.ts'
import { redeemOurs } from './redeem-ours.ts'
import { redeemPeer } from './redeem-peer.ts'
import type { BenchRow } from './row.ts'

const connections = [1, 8, 32]
const warmUps = 3
const rounds = 15
/** Short, so that whatever else the machine does falls on both. */
const windowMs = 400
const ratioMin = 0.5

/**
 * P5: redeeming over HTTP against the same SQL statements issued bare from Node, on both engines. Turns of the two are
 * interleaved, since the machine is noisy; medians count.
 */
export async function benchRedeem(): Promise<BenchRow[]> {
  const postgres = await startPostgres('awaited')
  try {
    return [...(await benchEngine('sqlite', null)), ...(await benchEngine('postgres', postgres.url))]
  } finally {
    await postgres.stop()
  }
}

async function benchEngine(engine: 'sqlite' | 'postgres', postgresUrl: string | null): Promise<BenchRow[]> {
  const stub = await startMoySkladStub(randomUUID())
  const folders = [freshFolder(), freshFolder()] as const
  const [oursUrl, peerUrl] = postgresUrl
    ? [await newDatabase(postgresUrl), await newDatabase(postgresUrl)]
    : [null, null]
  const server = await startServer({
    dataDir: folders[0],
    moyskladUrl: stub.url,
    ...(oursUrl && { databaseUrl: oursUrl }),
  })
  const peerDb = peerUrl ? openPostgres(peerUrl) : openSqlite(folders[1])
  await migrate(peerDb, Date.now)
  const rows: BenchRow[] = []
  for (const n of connections) {
    const ours = await redeemOurs(server.url, n)
    const peer = await redeemPeer(peerDb, n)
    const rates = { ours: [] as number[], peer: [] as number[] }
    for (let round = 0; round < warmUps + rounds; round++) {
      const turns = [
        async () => rates.ours.push(await rate(n, ours.once)),
        async () => rates.peer.push(await rate(n, peer)),
      ]
      for (const turn of round % 2 ? turns : turns.toReversed()) await turn()
    }
    ours.close()
    const [oursRate, peerRate] = [median(rates.ours.slice(warmUps)), median(rates.peer.slice(warmUps))]
    rows.push(rowOf(`P5 redeem, ${engine}, ${n} conn`, oursRate, peerRate))
  }
  await server.stop()
  await peerDb.close()
  await requireCleanBooks(oursUrl ? openPostgres(oursUrl) : openSqlite(folders[0]))
  await stub.close()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  return rows
}

/** A figure of a server that kept wrong books would be worth nothing. */
async function requireCleanBooks(db: Parameters<typeof verifyLedger>[0]): Promise<void> {
  const { difference } = await verifyLedger(db)
  await db.close()
  if (difference) throw new Error(`after the bench the books do not agree: ${difference}`)
}

/** Redemptions per second of `n` workers, each waiting for its answer before it goes on. */
async function rate(n: number, once: (worker: number) => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  let count = 0
  await Promise.all(
    Array.from({ length: n }, async (_, worker) => {
      while (performance.now() - startedAt < windowMs) {
        await once(worker)
        count++
      }
    }),
  )
  return (count * 1_000) / (performance.now() - startedAt)
}

async function newDatabase(admin: string): Promise<string> {
  const name = `b_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client({ connectionString: admin })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(admin)
  url.pathname = `/${name}`
  return url.href
}

function rowOf(name: string, ours: number, peer: number): BenchRow {
  const ratio = ours / peer
  return {
    name,
    ours: Math.round(ours),
    peer: Math.round(peer),
    ratio: Math.round(ratio * 100) / 100,
    budget: `≥ ${ratioMin}`,
    unit: 'redemptions/s',
    ok: ratio >= ratioMin,
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
