import { readHostMessage, validationMessage } from '../../core/host/host-messages.ts'
import type { DocumentId } from '../../core/ids.ts'
import type { Sale } from '../../core/sale/sale.ts'
import type { HostListener, HostPort } from '../host/host-port.ts'
import type { Tab } from '../tab.ts'

export interface HeadlessHostDeps {
  tab: Pick<Tab, 'turn'>
  setTimeout(work: () => void, ms: number): unknown
}

/** How long «Сохранить» waits for a word on the latest change. */
const saveWaitMs = 3_000

/**
 * MoySklad's page around one frame, without a page: a test does what the cashier does there, and sees what the frame
 * answers. Every message goes through the reading that MoySklad's own goes through, so nonsense may be told as well.
 *
 * Saving obeys the rules of the platform: an edit has to be answered `valid` first, the latest one alone counts, a later
 * verdict on it overrides the earlier, and where nothing was edited nobody is asked. Of a stored document only the frame of
 * saved sales is told; the form of a new one hears nothing more.
 */
export class HeadlessHost implements HostPort {
  readonly #deps: HeadlessHostDeps
  readonly #early: [unknown, number][] = []
  #listener: HostListener | null = null
  #lastMessageId = 0
  #documentId: DocumentId | null = null
  #changeId: number | null = null
  #waiting: (() => void)[] = []

  /** The `Open`s whose loader was lifted. */
  readonly feedbacks: number[] = []
  /** In the order of their coming; null is `valid`. */
  readonly verdicts: { changeId: number; fault: string | null }[] = []

  constructor(deps: HeadlessHostDeps) {
    this.#deps = deps
  }

  // What the page does.

  /** Shows a saved sale, or the form of a new one. @returns the message's id */
  open(documentId: DocumentId | null): number {
    this.#documentId = documentId
    this.#changeId = null
    const point = documentId === null ? 'create' : 'edit'
    return this.say({
      name: 'Open',
      extensionPoint: `document.retaildemand.${point}`,
      objectId: documentId,
      displayMode: 'expanded',
    })
  }

  /** Tells of an edit. @param objectState `stateOf` a sale, or anything else. @returns the message's id */
  change(objectState: unknown): number {
    const point = this.#documentId === null ? 'create' : 'edit'
    const extensionPoint = `document.retaildemand.${point}`
    this.#changeId = this.#lastMessageId + 1
    return this.say({ name: 'Change', extensionPoint, changeHints: ['_fields'], objectState })
  }

  /**
   * Presses «Сохранить».
   *
   * @param documentId that the document gets or has
   * @returns null when it was stored; otherwise what MoySklad says in its red line
   */
  async save(documentId: DocumentId): Promise<string | null> {
    if (this.#changeId !== null) {
      const fault = await this.#ask(this.#changeId)
      if (fault !== null) return fault
      this.#changeId = null
    }
    if (this.#documentId !== null)
      this.say({ name: 'Save', extensionPoint: 'document.retaildemand.edit', objectId: documentId })
    return null
  }

  /** Any message; the page numbers those that bring no number. */
  say(message: Record<string, unknown>): number {
    const data: unknown = structuredClone({ messageId: ++this.#lastMessageId, ...message })
    const turn = this.#deps.tab.turn()
    if (this.#listener) hear(this.#listener, data, turn)
    else this.#early.push([data, turn])
    return this.#lastMessageId
  }

  /** The newest verdict on a Change; undefined while there is none. */
  verdictOn(changeId: number): string | null | undefined {
    return this.verdicts.findLast((one) => one.changeId === changeId)?.fault
  }

  /** Resolves with a verdict on a Change as soon as there is one. */
  async answered(changeId: number): Promise<string | null> {
    await this.#until(() => this.verdictOn(changeId) !== undefined)
    return this.verdictOn(changeId) ?? null
  }

  /** Resolves when the loader of an `Open` is lifted. */
  uncovered(openId: number): Promise<void> {
    return this.#until(() => this.feedbacks.includes(openId))
  }

  async #ask(changeId: number): Promise<string | null> {
    const known = this.verdictOn(changeId)
    if (known !== undefined) return known
    const silence = new Promise<string>((done) => {
      this.#deps.setTimeout(() => done('Приложение не отвечает'), saveWaitMs)
    })
    return Promise.race([this.answered(changeId), silence])
  }

  async #until(is: () => boolean): Promise<void> {
    while (!is()) await new Promise<void>((look) => this.#waiting.push(look))
  }

  #look(): void {
    for (const look of this.#waiting.splice(0)) look()
  }

  // What the frame says.

  listen(listener: HostListener): void {
    this.#listener = listener
    for (const [data, turn] of this.#early.splice(0)) hear(listener, data, turn)
  }

  openFeedback(openId: number): void {
    if (!this.feedbacks.includes(openId)) this.feedbacks.push(openId)
    this.#look()
  }

  verdict(changeId: number, fault: string | null): void {
    this.verdicts.push({ changeId, fault: fault === null ? null : validationMessage(fault) })
    this.#look()
  }

  close(): void {
    this.#listener = null
  }
}

function hear(listener: HostListener, data: unknown, turn: number): void {
  const message = readHostMessage(data)
  if (message?.name === 'Open') listener.open(message, turn)
  if (message?.name === 'Change') listener.change(message)
  if (message?.name === 'Save') listener.save(message)
}

/** An unsaved document as MoySklad's page tells it, with nulls where it has nothing yet. */
export function stateOf(
  { rows, sumKopecks }: Sale,
  { moment = '2026-10-02 12:30:00.000', applicable = true } = {},
) {
  return {
    id: null,
    name: null,
    applicable,
    moment,
    sum: sumKopecks,
    positions: {
      meta: { size: rows.length },
      rows: rows.map(({ productId, quantity, priceKopecks, discountPercent }) => ({
        id: null,
        quantity,
        price: priceKopecks,
        discount: discountPercent,
        assortment: {
          meta: {
            href: `https://api.moysklad.ru/api/remap/1.2/entity/product/${productId}`,
            type: 'product',
          },
        },
      })),
    },
  }
}
