import * as v from 'valibot'
import { Int } from '../core/shape.ts'

/** A fault on the line to the product server, matched by the beginning of the request's path. */
export const FaultRequest = v.strictObject({
  /** `stall`: nothing comes of the request until the fault is cleared; then it goes its way. */
  kind: v.picklist(['drop-request', 'drop-answer', 'delay', 'stall', 'status']),
  path: v.pipe(v.string(), v.startsWith('/')),
  method: v.optional(v.string()),
  /** How many requests it hits; null means until it is cleared. */
  times: v.optional(v.nullable(v.pipe(Int, v.minValue(1))), 1),
  delayMs: v.optional(v.pipe(Int, v.minValue(0), v.maxValue(600_000)), 1000),
  status: v.optional(v.pipe(Int, v.minValue(400), v.maxValue(599)), 503),
})
export type FaultRequest = v.InferOutput<typeof FaultRequest>

export type Fault = FaultRequest & { readonly id: number }

export type Faults = ReturnType<typeof createFaults>

export function createFaults() {
  let faults: Fault[] = []
  let lastId = 0
  let stalled: { path: string; goOn: () => void }[] = []
  return {
    add(request: FaultRequest): Fault {
      lastId += 1
      const fault = { ...request, id: lastId }
      faults.push(fault)
      return fault
    },
    /** The oldest fault that fits, with one of its times used up. */
    take(method: string, path: string): Fault | undefined {
      const fault = faults.find(
        (candidate) =>
          path.startsWith(candidate.path) && (candidate.method === undefined || candidate.method === method),
      )
      if (fault === undefined || fault.times === null) return fault
      const times = fault.times - 1
      faults = faults.flatMap((other) =>
        other.id !== fault.id ? [other] : times === 0 ? [] : [{ ...other, times }],
      )
      return fault
    },
    /** Calls back when the fault is cleared. */
    stall({ path }: Fault, goOn: () => void): void {
      stalled.push({ path, goOn })
    },
    /** @param path only those that were set for exactly this one */
    clear(path?: string): void {
      const isOver = (one: { path: string }) => path === undefined || one.path === path
      const free = stalled.filter(isOver)
      faults = faults.filter((fault) => !isOver(fault))
      stalled = stalled.filter((one) => !isOver(one))
      for (const { goOn } of free) goOn()
    },
    list: (): readonly Fault[] => faults,
  }
}
