/** A frame's window and its parent: messages are delivered by hand, and time passes by hand. */
export class FakeFrame extends EventTarget {
  readonly origin = 'https://online.moysklad.ru'
  readonly sent: { message: Record<string, unknown>; to: string }[] = []
  readonly parent = {
    postMessage: (message: Record<string, unknown>, to: string) =>
      this.sent.push({ message: structuredClone(message), to }),
  } as unknown as Window
  #nowMs = 0
  #timers: { atMs: number; work: () => void }[] = []

  setTimeout = ((work: () => void, ms: number) =>
    this.#timers.push({ atMs: this.#nowMs + ms, work })) as unknown as Window['setTimeout']

  deliver(data: unknown, from: { source?: unknown; origin?: string } = {}): void {
    const event = new Event('message')
    const { origin, parent } = this
    this.dispatchEvent(Object.assign(event, { data: structuredClone(data), source: parent, origin, ...from }))
  }

  pass(ms: number): void {
    this.#nowMs += ms
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs)
    this.#timers = this.#timers.filter((timer) => !due.includes(timer))
    for (const { work } of due) work()
  }

  /** What was said to MoySklad's page, without the numbers of our messages. */
  get answers(): Record<string, unknown>[] {
    return this.sent.map(({ message: { messageId: _, ...rest } }) => rest)
  }
}
