import { cardsOf, type Draft, draftOperations } from '../../core/draft/draft.ts'
import type { DocumentId, GrantId, ReceiptId } from '../../core/ids.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { Operation } from '../../core/receipt/operations.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import type { SessionAnswer } from '../../core/wire/session.ts'
import type { CardFace, JournalRecord } from '../journal/database.ts'
import type { JournalPort } from '../journal/journal.ts'
import { AlreadyRecorded, type ReceiptParts, receiptOf, wantsWitness } from '../journal/records.ts'
import { storeOf } from './session.ts'

export interface ReceiptsDeps {
  /** Of whoever is at the screen. @throws where nobody may work */
  session: () => SessionAnswer
  journal: JournalPort
  newId: () => string
  now: () => number
  /** The grant on which promises without a hold stand, or null. */
  grantId: () => Promise<GrantId | null>
  /** Whether a promise may be made here at all. */
  canPromise: () => boolean
  /** A record is on the disk, and may be shown. */
  onWritten: () => void
  /** Reads again what the screen shows of the journal. */
  readAgain: () => Promise<void>
  /** What may be sent now has changed. */
  onSendable: () => void
  /** A record could not be written: nothing happened. */
  onRefused: (error: unknown) => void
  log: (event: string, error: unknown) => void
}

type Parts = Pick<Receipt, 'id' | 'mode' | 'standsFor' | 'sale' | 'operations'>

/** Makes receipts of what a person decided and puts them into the journal. */
export class Receipts {
  readonly #deps: ReceiptsDeps
  readonly #unpainted = new Map<string, JournalRecord>()

  constructor(deps: ReceiptsDeps) {
    this.#deps = deps
  }

  /** Records of this frame that its screen has yet to show (J4). */
  get unpainted(): string[] {
    return [...this.#unpainted.keys()]
  }

  /** A record of this frame stands on the screen, drawn: from now on it may be sent (J4). */
  async painted(recordId: string): Promise<void> {
    const record = this.#unpainted.get(recordId)
    if (!record) return
    this.#unpainted.delete(recordId)
    try {
      await this.#deps.journal.seen(record)
    } catch (error) {
      // It stays unsent, and is asked about when this frame is gone.
      this.#deps.log('not_marked_seen', error)
    }
    this.#deps.onSendable()
  }

  /** Committing a draft twice, from two frames, gives the one record. */
  async commitDraft(
    draft: Draft,
    documentId: DocumentId | null,
    mode: Receipt['mode'],
  ): Promise<JournalRecord> {
    const faces = cardsOf(draft).map(({ cardId, last4, entered, useUntilMs }) => ({
      cardId,
      last4,
      entered,
      useUntilMs,
    }))
    const sale = { documentId, draftId: draft.id, sumKopecks: draft.sale.sumKopecks }
    const operations = draftOperations(draft)
    return this.#record({ id: draft.receiptId, mode, standsFor: null, sale, operations }, faces)
  }

  /** Whether a promise may take the place of this unanswered ask: all of it must stand on live holds of scanned cards (O2, O5). */
  mayPromiseInstead(ask: JournalRecord): boolean {
    const { canPromise, now } = this.#deps
    return (
      canPromise() &&
      receiptOf(ask).operations.every(holdOf) &&
      ask.faces.every(({ entered, useUntilMs }) => entered === 'scanned' && now() < (useUntilMs ?? 0))
    )
  }

  /** The unanswered ask becomes a promise that names it: the server applies the two once (J2). */
  async promiseInstead(ask: JournalRecord): Promise<JournalRecord> {
    // The button may have stood on the screen for longer than the hold.
    if (!this.mayPromiseInstead(ask)) throw mayNotPromise()
    const { id, sale, operations } = receiptOf(ask)
    return this.#record({ id: this.#newId(), mode: 'promise', standsFor: id, sale, operations }, ask.faces)
  }

  /** Undoes a receipt: one that was never answered (J2) or one that was done (C8). */
  async voidReceipt(record: JournalRecord, because: 'unanswered' | 'cancelled'): Promise<JournalRecord> {
    return this.#record(this.#undoing(record, because), record.faces)
  }

  /** Undoes a receipt that nobody has seen (J4). */
  async cancelGhost(ghost: JournalRecord): Promise<JournalRecord> {
    const parts = await this.#complete(this.#undoing(ghost, 'unanswered'))
    return this.#written(this.#deps.journal.cancelGhost(ghost, parts, wireVersion))
  }

  #undoing(record: JournalRecord, because: 'unanswered' | 'cancelled'): Parts {
    const { id, sale } = receiptOf(record)
    const operations: Operation[] = [{ kind: 'void', receiptId: id, because }]
    return { id: this.#newId(), mode: 'ask', standsFor: null, sale, operations }
  }

  async #record(parts: Parts, faces: CardFace[]): Promise<JournalRecord> {
    if (parts.mode === 'promise' && !this.#deps.canPromise()) throw mayNotPromise()
    return this.#written(this.#append(parts, faces))
  }

  async #written(work: Promise<JournalRecord>): Promise<JournalRecord> {
    try {
      const record = await work
      // Before it was shown it may not go, and a try would find nothing and keep it waiting (P2b).
      const isShownFirst = wantsWitness(receiptOf(record))
      if (isShownFirst) this.#unpainted.set(record.id, record)
      this.#deps.onWritten()
      if (!isShownFirst) this.#deps.onSendable()
      return record
    } catch (error) {
      this.#deps.onRefused(error)
      throw error
    }
  }

  async #append(parts: Parts, faces: CardFace[]): Promise<JournalRecord> {
    const { journal } = this.#deps
    try {
      return await journal.append(await this.#complete(parts), wireVersion, faces)
    } catch (error) {
      if (!(error instanceof AlreadyRecorded)) throw error
      const known = await journal.find(parts.id)
      // The same draft committed twice is one receipt; another content under its id is a fault, not a success.
      if (!known || !sameOperations(known.record, parts)) throw error
      // The frame that wrote it may have died before it told the others: without this it would count as shown, and be nowhere (J4).
      await this.#deps.readAgain()
      return known.record
    }
  }

  async #complete(parts: Parts): Promise<ReceiptParts> {
    const { now, grantId } = this.#deps
    const session = this.#deps.session()
    return {
      ...parts,
      grantId: standsOnGrant(parts) ? await grantId() : null,
      author: {
        kind: 'employee',
        employeeId: session.employee.id,
        session: session.session,
        // The server gives none yet (T8).
        stamp: null,
      },
      door: 'checkout',
      approvals: [],
      reason: null,
      storeId: storeOf(session),
      happenedAtMs: now(),
    }
  }

  #newId(): ReceiptId {
    return this.#deps.newId() as ReceiptId
  }
}

/** @returns null where the operation stands on no hold, undefined where it wants none */
const holdOf = (operation: Operation) =>
  operation.kind === 'load' || operation.kind === 'redeem' ? operation.proof.holdId : undefined

const standsOnGrant = ({ mode, operations }: Parts) =>
  mode === 'promise' && operations.some((operation) => holdOf(operation) === null)

const mayNotPromise = () => new Error('this till may not promise')

const sameOperations = (record: JournalRecord, { operations }: Parts) =>
  JSON.stringify(receiptOf(record).operations) === JSON.stringify(operations)
