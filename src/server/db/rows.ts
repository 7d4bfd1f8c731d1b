import type * as v from 'valibot'
import type { Row } from './db.ts'
import { parseShape } from '../../core/shape.ts'

/** Rows are checked like everything that comes from outside: a column of another shape stops the work here. */
export function parseRows<S extends v.GenericSchema>(schema: S, rows: readonly Row[]): v.InferOutput<S>[] {
  return rows.map((row) => parseShape(schema, row))
}

/** The first row, or null for none. */
export function parseFirst<S extends v.GenericSchema>(
  schema: S,
  rows: readonly Row[],
): v.InferOutput<S> | null {
  return rows.length === 0 ? null : parseShape(schema, rows[0])
}
