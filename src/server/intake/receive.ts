import type { EmployeeId } from '../../core/ids.ts'
import { refusal } from '../../core/refusal.ts'
import { employeeOf, sessionOf } from '../../core/receipt/author.ts'
import { shownCardOf } from '../../core/receipt/operations.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { SealedNumber } from '../../core/card/sealed-number.ts'
import type { SyncRequest } from '../../core/wire/tills.ts'
import type * as v from 'valibot'
import { createAuthors } from './authors.ts'
import type { Deps } from '../deps.ts'
import type { Arrival, Evidence } from '../ledger/arrival.ts'
import { createOutcomeProofs } from '../keys/outcome-proofs.ts'
import { hashNumber } from '../keys/secrets.ts'
import type { Device } from '../http/body.ts'
import { malformedArrival, readArrival } from './read-arrival.ts'

type Batch = v.InferOutput<typeof SyncRequest>

/** Finds out about the records of a batch what needs no transaction: who wrote them, and which numbers are sealed in them. */
export function createReception(deps: Pick<Deps, 'db' | 'sealing' | 'keys'>) {
  const { db, sealing, keys } = deps
  const authors = createAuthors(db)
  const proofs = createOutcomeProofs(keys.card)

  /** Hashes of the numbers in a receipt, by the place of their operations (L4: before the transaction opens). */
  async function numbersOf({ accountId, place, content }: Arrival): Promise<Evidence['numbers']> {
    const numbers = new Map<number, string | null>()
    if (content.kind !== 'receipt' || !place) return numbers
    const { id, mode, standsFor } = content.receipt
    // A promise carries the seals of the ask that it stands for, but of no other till's: its own is in them (T1).
    const sealedFor = {
      accountId,
      tillId: place.tillId,
      receiptId: mode === 'promise' ? (standsFor ?? id) : id,
    }
    for (const [n, sealed] of sealedIn(content.receipt)) {
      const digits = await sealing.open(sealedFor, sealed)
      numbers.set(n, digits === null ? null : hashNumber(keys.card, accountId, digits))
    }
    return numbers
  }

  function evidenceOf(batch: Batch, waiting: Evidence['waiting'], arrival: Arrival, n: number): Evidence {
    const { settled } = batch.records[n]!
    return {
      waiting,
      answeredSeq: batch.answeredSeq,
      settled: settled && proofs.isOurs(settled.proof, arrival, settled.outcome) ? settled.outcome : null,
      numbers: new Map(),
    }
  }

  return {
    proofs,
    async read(sender: Device, batch: Batch): Promise<Arrival[]> {
      const arrivals = batch.records.map((record) => readArrival(sender, record))
      const employees = await authors.of(
        sender.accountId,
        arrivals.flatMap((arrival) => sessionOf(receiptOf(arrival)) ?? []),
      )
      const waiting = waitingOf(batch)
      return Promise.all(
        arrivals.map(async (arrival, n) => {
          const evidence = { ...evidenceOf(batch, waiting, arrival, n), numbers: await numbersOf(arrival) }
          return {
            ...arrival,
            content: bySomebodyElse(arrival, employees),
            // What was applied before the server was restored has happened (J7).
            fact:
              evidence.settled?.status === 'applied' ? { before: evidence.settled, mayLose: false } : null,
            evidence,
          }
        }),
      )
    },
    /** As texts that nobody looks into. */
    readRaw(sender: Device, batch: Batch): Arrival[] {
      const waiting = waitingOf(batch)
      return batch.records.map((record, n) => {
        const arrival = malformedArrival(sender, record)
        return { ...arrival, evidence: evidenceOf(batch, waiting, arrival, n) }
      })
    },
  }
}

const waitingOf = (batch: Batch): Evidence['waiting'] =>
  new Map(batch.waiting.map(({ seq, recordedAtMs }) => [seq, { recordedAtMs }]))

function sealedIn({ operations }: Receipt): [number, SealedNumber][] {
  return operations.flatMap((operation, n): [number, SealedNumber][] => {
    const sealed = shownCardOf(operation)?.proof.sealed
    return sealed ? [[n, sealed]] : []
  })
}

const receiptOf = ({ content }: Arrival) => (content.kind === 'receipt' ? content.receipt : null)

/**
 * A record that names a session of one employee and another one as its author was put together by somebody (J14). A session
 * that nobody remembers any more says nothing: its author may have left long ago (F24).
 */
function bySomebodyElse(arrival: Arrival, employees: ReadonlyMap<string, EmployeeId>): Arrival['content'] {
  const receipt = receiptOf(arrival)
  const session = sessionOf(receipt)
  if (!receipt || session === null) return arrival.content
  const employee = employees.get(session)
  if (employee === undefined || employee === employeeOf(receipt)) return arrival.content
  return { kind: 'barred', receipt, refusal: refusal('not_allowed') }
}
