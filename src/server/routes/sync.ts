import type * as v from 'valibot'
import { batchBytesMax, type SyncAnswer, SyncRequest } from '../../core/wire/tills.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { type Device, readBody } from '../http/body.ts'
import { applyReceipt } from '../ledger/posting/apply-receipt.ts'
import { type Arrival, type Decision, NotRefilled, noSaleFacts } from '../ledger/arrival.ts'
import { newsFor } from '../ledger/tills/head.ts'
import { errorFacts } from '../log.ts'
import type { OutcomeProofs } from '../keys/outcome-proofs.ts'
import { createRecall } from '../intake/recall.ts'
import { createSaleReader } from '../intake/sale-reader.ts'
import type { Handler } from '../http/handler.ts'
import { gatherFacts } from '../intake/sale-facts.ts'
import { createReception } from '../intake/receive.ts'

type Batch = v.InferOutput<typeof SyncRequest>

/** After this the till sends again what could not be decided now. */
const laterMs = 1_000

export function sync(deps: Deps): Handler<'sync'> {
  const sales = createSaleReader(deps)
  const reception = createReception(deps)
  const recall = createRecall(deps)
  return async (c) => {
    const sender = c.var.device
    const batch = checkBatch(await readBody(c, SyncRequest))
    await recall(sender, batch)
    const arrivals = await reception.read(sender, batch)
    const facts = await gatherFacts(deps.db, sales, sender.accountId, arrivals)
    return settle(deps, reception.proofs, sender, batch, arrivals, (n) => facts[n]!)
  }
}

/** Keeps records that the server failed at, so that they block nobody (J6); a human decides them. */
export function syncRaw(deps: Deps): Handler<'syncRaw'> {
  const reception = createReception(deps)
  return async (c) => {
    const batch = checkBatch(await readBody(c, SyncRequest))
    const arrivals = reception.readRaw(c.var.device, batch)
    return settle(deps, reception.proofs, c.var.device, batch, arrivals, () => noSaleFacts)
  }
}

function checkBatch(batch: Batch): Batch {
  const bytes = batch.records.reduce((sum, record) => sum + Buffer.byteLength(record.receipt), 0)
  if (bytes > batchBytesMax) throw new ApiError('body_too_large')
  return batch
}

/**
 * Decides the records in order. If the database fails at the first one, the answer is a 5xx. If it fails at a later one, that
 * record and all after it are `later` (J6); so are all of a till that has to refill a restored server first (J7).
 */
async function settle(
  { db, programmes, clock, log, nonces }: Deps,
  proofs: OutcomeProofs,
  { accountId, tillId }: Device,
  batch: Batch,
  arrivals: readonly Arrival[],
  factsOf: (n: number) => Parameters<typeof applyReceipt>[2],
): Promise<SyncAnswer> {
  const { done, failure } = await db.writeEach<Decision>(
    arrivals.map(
      (arrival, n) => (tx) => applyReceipt(tx, arrival, factsOf(n), { programmes, nowMs: clock() }),
    ),
  )
  const unfilled = failure?.error instanceof NotRefilled ? failure.error : null
  if (failure && !unfilled) {
    const { id } = arrivals[done.length]!
    log.error({
      event: 'receipt_failed',
      accountId,
      tillId,
      receiptId: id,
      ...errorFacts(failure.error),
    })
    // A till that hears a 5xx sends smaller batches, and at last this record alone to be put aside (J6).
    if (done.length === 0) throw failure.error
  }
  for (const [n, { alarm }] of done.entries()) {
    if (alarm) log.error({ event: alarm, accountId, tillId, receiptId: arrivals[n]!.id })
  }
  const head = unfilled?.head ?? done.at(-1)?.head
  if (!head) throw new Error('a record of a till was decided and moved no head')
  const rest = await db.read(async (query) => ({
    headSeq: head.seq,
    state: head.state,
    ...(await newsFor(query, accountId, tillId, batch)),
  }))
  return {
    head: { ...rest, serverTimeMs: clock(), ...nonces.issue(accountId, tillId) },
    outcomes: batch.records.map(({ seq, id }, n) => {
      const outcome = done[n]?.outcome
      return outcome
        ? { seq, id, outcome, proof: proofs.of(arrivals[n]!, outcome) }
        : { seq, id, outcome: { status: 'later', scope: 'all', afterMs: laterMs }, proof: null }
    }),
  }
}
