import type { Random } from '../../../src/core/testing/random.ts'
import type { Page } from './page.ts'
import { outside } from './realm.ts'
import type { Scheduler } from './scheduler.ts'
import type { ServerMachine } from './server-machine.ts'
import type { Tally } from './tally.ts'

/** How bad the line is: chances from 0 to 1, each request drawing for itself. */
export interface Weather {
  lostRequest: number
  /** The server has done it, and nobody hears (F1). */
  lostAnswer: number
  /** (F2) */
  cutAnswer: number
  /** A proxy sends the request again, at once or much later (F3). */
  doubled: number
  /** A gateway answers in the server's place. */
  gateway: number
  /** Milliseconds of one way, from and to. */
  delayMs: [number, number]
}

export const fair: Weather = {
  lostRequest: 0,
  lostAnswer: 0,
  cutAnswer: 0,
  doubled: 0,
  gateway: 0,
  delayMs: [5, 60],
}
export const rough: Weather = {
  lostRequest: 0.06,
  lostAnswer: 0.08,
  cutAnswer: 0.05,
  doubled: 0.12,
  gateway: 0.05,
  delayMs: [20, 4_000],
}

export interface Answer {
  status: number
  text: string
}

/** The way of one computer to the server. */
export class Line {
  up = true
  weather: Weather = fair
  readonly #scheduler: Scheduler
  readonly #server: ServerMachine
  readonly #random: Random
  readonly #tally: Tally

  constructor(scheduler: Scheduler, server: ServerMachine, random: Random, tally: Tally) {
    this.#scheduler = scheduler
    this.#server = server
    this.#random = random
    this.#tally = tally
  }

  fetch(page: Page, path: string, init: RequestInit): Promise<Response> {
    return new Promise<Response>((resolve, reject) => {
      const { signal } = init
      const hear = (work: () => void) => page.soon(work)
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
      if (page.dead) return
      const drop = () => hear(() => reject(new TypeError('Failed to fetch')))
      if (!this.up) {
        this.#scheduler.after(this.#random.int(1, 20), drop)
        return
      }
      const fate = this.#fate()
      if (fate.lostRequest) {
        // Half of the losses are noticed, the others end in a timeout.
        if (this.#random.chance(0.5)) this.#scheduler.after(this.#delay(), drop)
        return
      }
      if (fate.gateway) {
        const status = this.#random.pick([500, 502, 503, 504])
        this.#scheduler.after(this.#delay(), () =>
          hear(() => resolve(responseOf({ status, text: '<html>Bad gateway</html>' }))),
        )
        return
      }
      // What was sent are the bytes of this moment.
      const sent = { ...init, signal: null }
      const arrive = (answered: (answer: Answer | null) => void) =>
        outside(() => {
          if (!this.up) return answered(null)
          void this.#server.handle(path, sent).then(answered)
        })
      this.#scheduler.after(this.#delay(), () =>
        arrive((answer) => {
          if (answer === null) {
            this.#scheduler.after(this.#delay(), drop)
            return
          }
          if (fate.lostAnswer) {
            if (this.#random.chance(0.5)) this.#scheduler.after(this.#delay(), drop)
            return
          }
          this.#scheduler.after(this.#delay(), () => {
            if (!this.up) return drop()
            hear(() => resolve(responseOf(answer, fate.cutAnswer ? this.#random.next() : null)))
          })
        }),
      )
      if (fate.doubled) {
        const lateMs = this.#random.pick([1, 500, 30_000, 400_000])
        this.#scheduler.after(this.#delay() + this.#random.int(0, lateMs), () => arrive(() => undefined))
      }
    })
  }

  #fate() {
    const { weather } = this
    const kinds = ['lostRequest', 'lostAnswer', 'cutAnswer', 'doubled', 'gateway'] as const
    const fate = { lostRequest: false, lostAnswer: false, cutAnswer: false, doubled: false, gateway: false }
    for (const kind of kinds) {
      if (weather[kind] === 0 || !this.#random.chance(weather[kind])) continue
      fate[kind] = true
      this.#tally.add(`net: ${kind}`)
    }
    return fate
  }

  #delay(): number {
    return this.#random.int(...this.weather.delayMs)
  }
}

/** As much of a Response as the till reads. @param cutAt where the text ends, 0 to 1; null when it is whole */
function responseOf({ status, text }: Answer, cutAt: number | null = null): Response {
  const read =
    cutAt === null
      ? () => Promise.resolve(text)
      : cutAt < 0.5
        ? () => Promise.reject(new TypeError('terminated'))
        : () => Promise.resolve(text.slice(0, Math.floor(text.length * (cutAt - 0.5) * 2)))
  return { status, ok: status < 300, text: read } as unknown as Response
}
