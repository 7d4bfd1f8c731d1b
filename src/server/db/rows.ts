import * as z from 'zod/mini'
import type { Row } from './db.ts'

/** Rows are checked like everything that comes from outside: a column of another shape stops the work here. */
export function parseRows<S extends z.ZodMiniType>(schema: S, rows: readonly Row[]): z.infer<S>[] {
  return rows.map((row) => z.parse(schema, row))
}

/** The first row, or null for none. */
export function parseFirst<S extends z.ZodMiniType>(schema: S, rows: readonly Row[]): z.infer<S> | null {
  return rows.length === 0 ? null : z.parse(schema, rows[0])
}
