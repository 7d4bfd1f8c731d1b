import * as v from 'valibot'

/** A whole number that a JavaScript number holds exactly. */
export const Int = v.pipe(v.number(), v.safeInteger())

/** A number that JSON can say. By bounds, which the page has anyhow: the library's own check would be one more part of it there. */
export const Finite = v.pipe(v.number(), v.minValue(-Number.MAX_VALUE), v.maxValue(Number.MAX_VALUE))

/** A text that somebody wrote and that gets a column of its own: PostgreSQL cannot store the sign NUL. */
export const Text = v.pipe(v.string(), v.regex(/^[^\0]*$/))

/**
 * Values from outside are checked against shapes. A fault tells the place and what was expected, never the value: it may
 * be a card number, and faults are logged. The library's own errors quote it, so they do not leave this file.
 */
export interface Fault {
  /** Names of our own schemas, and of records' keys. */
  path: readonly string[]
  message: string
  /** A key that the shape does not have; its name is the caller's and is not told. */
  unknownKey: boolean
}

export class ShapeError extends Error {
  override name = 'ShapeError'
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[]) {
    super(faults.map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`).join('; '))
    this.faults = faults
  }
}

export type Tried<T> = { success: true; data: T } | { success: false; error: ShapeError }

export function tryShape<S extends v.GenericSchema>(schema: S, value: unknown): Tried<v.InferOutput<S>> {
  const { success, output, issues } = v.safeParse(schema, value, { message: expectation })
  return success ? { success, data: output } : { success, error: new ShapeError(issues.map(faultOf)) }
}

/** @throws ShapeError */
export function parseShape<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const tried = tryShape(schema, value)
  if (tried.success) return tried.data
  throw tried.error
}

const expectation = ({ expected, type }: v.BaseIssue<unknown>) => `expected ${expected ?? type}`

function faultOf({ type, expected, path, message }: v.BaseIssue<unknown>): Fault {
  const keys = path?.map(({ key }) => String(key)) ?? []
  const unknownKey = type === 'strict_object' && expected === 'never'
  return { path: unknownKey ? keys.slice(0, -1) : keys, message, unknownKey }
}
