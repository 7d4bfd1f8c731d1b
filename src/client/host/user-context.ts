import type { HostDoor } from './host-door.ts'

export interface UserContextDeps {
  window: Pick<Window, 'setTimeout'>
  door: Pick<HostDoor, 'askUser'>
}

/** As long as MoySklad's own library waits. */
export const answerMs = 10_000

interface Question {
  /** Null until it is sent. */
  messageId: number | null
  answer: (token: string | null) => void
  token: Promise<string | null>
}

/**
 * Asks MoySklad's page who is at the screen.
 *
 * silent ── ask ──▶ waiting for `Open`, before which nothing is sent ── opened ──▶ sent
 *    ▲                                 │                                             │
 *    └───────────── 10 s ──────────────┴───────────── answer, error or 10 s ─────────┘
 */
export class UserContext {
  readonly #deps: UserContextDeps
  #isOpen = false
  #question: Question | null = null

  constructor(deps: UserContextDeps) {
    this.#deps = deps
  }

  /**
   * Whoever asks while a question is open gets its answer: the page takes one at a time.
   *
   * @returns a token for one exchange within a minute; null where the page gives none, as older ones do
   */
  ask(): Promise<string | null> {
    if (this.#question) return this.#question.token
    let answer!: Question['answer']
    const token = new Promise<string | null>((done) => (answer = done))
    this.#question = { messageId: null, answer, token }
    if (this.#isOpen) this.#send(this.#question)
    else this.#wait(this.#question)
    return token
  }

  opened(): void {
    this.#isOpen = true
    if (this.#question?.messageId === null) this.#send(this.#question)
  }

  /** The page answers a message of ours, whichever. @param token null for an error */
  answered(messageId: number | null, token: string | null): void {
    if (messageId !== null) this.#settle(messageId, token)
  }

  #send(question: Question): void {
    question.messageId = this.#deps.door.askUser()
    this.#wait(question)
  }

  #wait(question: Question): void {
    const { messageId } = question
    this.#deps.window.setTimeout(() => {
      if (this.#question === question) this.#settle(messageId, null)
    }, answerMs)
  }

  #settle(messageId: number | null, token: string | null): void {
    if (this.#question?.messageId !== messageId) return
    this.#question.answer(token)
    this.#question = null
  }
}
