import type { Scheduler } from './scheduler.ts'

/** One computer in a shop: its clock, which people set and batteries lose, and its sleep. */
export class Computer {
  readonly #scheduler: Scheduler
  readonly name: string
  /** How far its clock is from the true time (F16). */
  skewMs: number
  /** Asleep until this moment: its pages do nothing, and what was due comes late. */
  asleepUntilMs = 0
  /** Whether the clock that never steps back stands still in a sleep, as it does on some systems. */
  readonly standsStill: boolean
  #sleptMs = 0

  constructor(scheduler: Scheduler, name: string, skewMs: number, standsStill: boolean) {
    this.#scheduler = scheduler
    this.name = name
    this.skewMs = skewMs
    this.standsStill = standsStill
  }

  wallMs(): number {
    return Math.floor(this.#scheduler.nowMs + this.skewMs)
  }

  /** Of what `performance.now` counts; a page subtracts the moment of its own start. */
  elapsedMs(): number {
    return this.#scheduler.nowMs - (this.standsStill ? this.#sleptMs : 0)
  }

  sleep(ms: number): void {
    const fromMs = Math.max(this.#scheduler.nowMs, this.asleepUntilMs)
    this.asleepUntilMs = fromMs + ms
    this.#sleptMs += ms
  }
}
