import { randomUUID } from 'node:crypto'
import type { Db, Query, Row, SqlValue, Tx } from '../../src/server/db/db.ts'
import type { ReceiptId } from '../../src/core/ids.ts'
import { redeem } from '../../src/core/testing/builders.ts'
import { addCard, world } from '../server/world.ts'
import { openingKopecks } from './redeem-ours.ts'

interface Statement {
  how: 'all' | 'run' | 'lock'
  sql: string
  params: readonly SqlValue[]
}

/** A transaction, or a snapshot that was read. */
interface Passage {
  kind: 'write' | 'read'
  statements: Statement[]
}

/** The statements of one redemption, as the server issued them for one till and one card. */
interface Trace {
  passages: Passage[]
  receiptId: ReceiptId
}

/** Sees what is asked of the database. */
function recording(db: Db, heard: Passage[]): Db {
  const listen = (kind: Passage['kind']) => {
    const statements: Statement[] = []
    heard.push({ kind, statements })
    return <T>(how: Statement['how'], then: (sql: string, params?: readonly SqlValue[]) => Promise<T>) =>
      (sql: string, params: readonly SqlValue[] = []) => {
        statements.push({ how, sql, params })
        return then(sql, params)
      }
  }
  const ear = (tx: Tx): Tx => {
    const hear = listen('write')
    return { all: hear('all', tx.all), run: hear('run', tx.run), lock: hear('lock', tx.lock) }
  }
  return {
    ...db,
    read: (work) =>
      db.read((query) => {
        const hear = listen('read')
        return work({ all: hear('all', query.all), run: hear('run', query.run) })
      }),
    write: (work) => db.write((tx) => work(ear(tx))),
    writeEach: (works) => db.writeEach(works.map((work) => (tx: Tx) => work(ear(tx)))),
  }
}

/**
 * The peer: the very statements of a redemption, issued bare from Node through the same driver, with fresh ids and
 * moved balances, and nothing around them: no HTTP, no rules, no parsing, no hashing.
 */
export async function redeemPeer(db: Db, workers: number): Promise<(worker: number) => Promise<void>> {
  const heard: Passage[] = []
  const shop = world(recording(db, heard))
  const { manager, accountId } = await shop.shop()
  const traces: Trace[] = []
  for (let n = 0; n < workers; n++) {
    const till = await shop.till(accountId)
    const card = await addCard(manager, { paid: openingKopecks })
    // What a server looks up once and then knows is no part of a redemption.
    await till.send(till.receipt([redeem(card.id, 1)]))
    const receipt = till.receipt([redeem(card.id, 1)])
    heard.length = 0
    await till.send(receipt)
    traces.push({ passages: [...heard], receiptId: receipt.id })
  }
  const done = traces.map(() => 0)
  return async (worker) => {
    const trace = traces[worker]!
    const n = ++done[worker]!
    const id = randomUUID()
    for (const { kind, statements } of trace.passages) {
      const work = async (tx: Tx | Query) => {
        for (const statement of statements) await issue(tx, statement, trace.receiptId, id, n)
      }
      await (kind === 'write' ? db.write(work) : db.read(work))
    }
  }
}

function issue(
  tx: Tx | Query,
  { how, sql, params }: Statement,
  oldId: string,
  id: string,
  n: number,
): Promise<Row[] | number> {
  const fresh = params.map((param) => (param === oldId ? id : param))
  // The chain grows and the balance shrinks by one with every repetition.
  const move = (places: readonly [number, number][]) => {
    for (const [at, by] of places) fresh[at] = Number(params[at]) + by * n
  }
  if (sql.startsWith('insert into operation'))
    move([
      [8, -1],
      [13, 1],
    ])
  if (sql.startsWith('update card'))
    move([
      [3, -1],
      [6, 1],
      [8, -1],
      [10, 1],
    ])
  if (sql.startsWith('update journal')) move([[2, 1]])
  if (how === 'lock') return (tx as Tx).lock(sql, fresh)
  return tx[how](sql, fresh)
}
