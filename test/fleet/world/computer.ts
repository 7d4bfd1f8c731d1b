import type { Scheduler } from './scheduler.ts'

/** One computer in a shop: its clock, which people set and batteries lose, and its sleep. */
export class Computer {
  readonly #scheduler: Scheduler
  readonly name: string
  /** How far its clock is from the true time (F16). */
  skewMs: number
  /** Whether the clock that never steps back stands still in a sleep, as it does on some systems. */
  readonly standsStill: boolean
  #asleepSinceMs: number | null = null
  #sleptMs = 0
  /** What was due while it slept. */
  #overdue: (() => void)[] = []

  constructor(scheduler: Scheduler, name: string, skewMs: number, standsStill: boolean) {
    this.#scheduler = scheduler
    this.name = name
    this.skewMs = skewMs
    this.standsStill = standsStill
  }

  wallMs(): number {
    return Math.floor(this.#scheduler.nowMs + this.skewMs)
  }

  /** What `performance.now` counts; a page subtracts the moment of its own start. */
  elapsedMs(): number {
    return (this.#asleepSinceMs ?? this.#scheduler.nowMs) - (this.standsStill ? this.#sleptMs : 0)
  }

  get asleep(): boolean {
    return this.#asleepSinceMs !== null
  }

  /** Its pages do nothing from now on; what is due waits until it wakes (F11). */
  sleep(): void {
    this.#asleepSinceMs ??= this.#scheduler.nowMs
  }

  wake(): void {
    if (this.#asleepSinceMs === null) return
    this.#sleptMs += this.#scheduler.nowMs - this.#asleepSinceMs
    this.#asleepSinceMs = null
    const overdue = this.#overdue
    this.#overdue = []
    for (const work of overdue) this.#scheduler.after(1, work)
  }

  postpone(work: () => void): void {
    this.#overdue.push(work)
  }
}
