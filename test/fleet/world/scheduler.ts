import { outside, settled } from './realm.ts'

interface Alarm {
  atMs: number
  n: number
  work: () => void
}

/** A month has about five thousand moments; in one with so many somebody turns in a circle. */
const rangMax = 25_000

/** The one clock of a story: whatever happens later waits here for its moment. */
export class Scheduler {
  nowMs: number
  /** How many alarms rang. */
  rang = 0
  readonly #heap: Alarm[] = []
  readonly #off = new Set<number>()
  #n = 0

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  /** @returns a number by which the alarm can be turned off */
  after(ms: number, work: () => void): number {
    return this.at(this.nowMs + Math.max(0, ms), work)
  }

  at(atMs: number, work: () => void): number {
    const alarm = { atMs, n: ++this.#n, work }
    this.#push(alarm)
    return alarm.n
  }

  off(n: number): void {
    this.#off.add(n)
  }

  /** Lets the time go on and everything happen that is due. */
  async run(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms
    await settled()
    for (;;) {
      const next = this.#heap[0]
      if (!next || next.atMs > untilMs) break
      this.#pop()
      if (this.#off.delete(next.n)) continue
      this.nowMs = Math.max(this.nowMs, next.atMs)
      if (++this.rang > rangMax) throw new Error('the month comes to no end')
      outside(next.work)
      await settled()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }

  /** Everybody sleeps: time passes and nothing happens; what was due is late. */
  skip(ms: number): void {
    this.nowMs += ms
  }

  /**
   * Runs until the work is over; time goes on as far as the work needs.
   *
   * @param given whether there is nothing to wait for any more
   */
  async until<T>(work: Promise<T>, limitMs: number, given: () => boolean = () => false): Promise<T | 'late'> {
    let over = false
    const done = () => void (over = true)
    work.then(done, done)
    const untilMs = this.nowMs + limitMs
    await settled()
    while (!over) {
      if (given()) return 'late'
      const next = this.#heap[0]
      if (!next || next.atMs > untilMs) {
        this.nowMs = Math.max(this.nowMs, untilMs)
        return 'late'
      }
      await this.run(Math.max(0, next.atMs - this.nowMs))
    }
    return work
  }

  #push(alarm: Alarm): void {
    const heap = this.#heap
    heap.push(alarm)
    for (let at = heap.length - 1; at > 0;) {
      const up = (at - 1) >> 1
      if (!earlier(heap[at]!, heap[up]!)) break
      ;[heap[at], heap[up]] = [heap[up]!, heap[at]!]
      at = up
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    heap[0] = last
    for (let at = 0; ;) {
      const left = 2 * at + 1
      const right = left + 1
      let least = at
      if (left < heap.length && earlier(heap[left]!, heap[least]!)) least = left
      if (right < heap.length && earlier(heap[right]!, heap[least]!)) least = right
      if (least === at) break
      ;[heap[at], heap[least]] = [heap[least]!, heap[at]!]
      at = least
    }
  }
}

const earlier = (a: Alarm, b: Alarm) => a.atMs < b.atMs || (a.atMs === b.atMs && a.n < b.n)
