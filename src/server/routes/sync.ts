import type { z } from 'zod/mini'
import { batchBytesMax, type SyncAnswer, SyncRequest } from '../../core/wire-tills.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../errors.ts'
import { readBody } from '../http.ts'
import { applyReceipt } from '../ledger/apply-receipt.ts'
import { type Arrival, type Decision, noSaleFacts } from '../ledger/arrival.ts'
import { casesOfTill } from '../ledger/till-head.ts'
import { findTill, headOf } from '../ledger/tills.ts'
import { errorFacts } from '../log.ts'
import { createSaleReader } from '../sale-reader.ts'
import type { Handler } from './handler.ts'
import { gatherFacts } from './sale-facts.ts'
import { malformedArrival, readArrival, type Sender } from './read-arrival.ts'

type Batch = z.infer<typeof SyncRequest>

/** After this the till sends again what could not be decided now. */
const laterMs = 1_000

export function sync(deps: Deps): Handler<'sync'> {
  const sales = createSaleReader(deps)
  return async (c) => {
    const sender = c.var.device
    const { accountId } = sender
    const batch = checkBatch(await readBody(c, SyncRequest))
    const arrivals = batch.records.map((record) => readArrival(sender, batch.till.epoch, record))
    const facts = await gatherFacts(deps.db, sales, accountId, arrivals)
    return settle(deps, sender, batch, arrivals, (n) => facts[n]!)
  }
}

/** Keeps records that the server failed at, so that they block nobody (J6); a human decides them. */
export function syncRaw(deps: Deps): Handler<'syncRaw'> {
  return async (c) => {
    const sender = c.var.device
    const batch = checkBatch(await readBody(c, SyncRequest))
    const arrivals = batch.records.map((record) => malformedArrival(sender, batch.till.epoch, record))
    return settle(deps, sender, batch, arrivals, () => ({ ...noSaleFacts, voided: 'unchecked' }))
  }
}

function checkBatch(batch: Batch): Batch {
  const bytes = batch.records.reduce((sum, record) => sum + Buffer.byteLength(record.receipt), 0)
  if (bytes > batchBytesMax) throw new ApiError('body_too_large')
  return batch
}

/** Decides the records in order. A failing database stops at that record: it and all after it are `later`, or the whole is a 5xx where it is the first (J6). */
async function settle(
  { db, programmes, clock, log, nonces }: Deps,
  { accountId, tillId }: Sender,
  batch: Batch,
  arrivals: readonly Arrival[],
  factsOf: (n: number) => Parameters<typeof applyReceipt>[2],
): Promise<SyncAnswer> {
  const { done, failure } = await db.writeEach<Decision>(
    arrivals.map(
      (arrival, n) => (tx) => applyReceipt(tx, arrival, factsOf(n), { programmes, nowMs: clock() }),
    ),
  )
  if (failure) {
    const { id } = arrivals[done.length]!
    log.error({ event: 'receipt_failed', accountId, tillId, receiptId: id, ...errorFacts(failure.error) })
    // A till that hears a 5xx sends smaller batches, and at last this record alone to be put aside (J6).
    if (done.length === 0) throw failure.error
  }
  for (const [n, { alarm }] of done.entries()) {
    if (alarm) log.error({ event: alarm, accountId, tillId, receiptId: arrivals[n]!.id })
  }
  const head = done.at(-1)?.head
  const rest = await db.read(async (query) => ({
    headSeq:
      head?.epoch === batch.till.epoch ? head.seq : await headOf(query, accountId, tillId, batch.till.epoch),
    state: (await findTill(query, accountId, tillId))?.state ?? ('active' as const),
    ...(await casesOfTill(query, accountId, tillId, batch.decidedAfterMs)),
  }))
  return {
    head: { ...rest, serverTimeMs: clock(), nonce: nonces.issue(accountId, tillId) },
    outcomes: batch.records.map(({ seq, id }, n) => ({
      seq,
      id,
      outcome: done[n]?.outcome ?? { status: 'later', afterMs: laterMs },
      proof: null,
    })),
  }
}
