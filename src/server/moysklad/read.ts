import type * as v from 'valibot'
import { parseShape, ShapeError } from '../../core/shape.ts'
import type { Answer } from './ask.ts'
import { MoySkladUnreachable } from './moysklad.ts'

/** An answer of another shape. In a list it costs the row it is about, and not the others. */
export class MoySkladUnreadable extends MoySkladUnreachable {
  override name = 'MoySkladUnreadable'
}

/** @throws MoySkladUnreachable for a status that is no success, MoySkladUnreadable for another shape */
export function read<S extends v.GenericSchema>(
  what: string,
  { status, text }: Answer,
  schema: S,
): v.InferOutput<S> {
  if (status < 200 || status > 299) throw new MoySkladUnreachable(`${what}: status ${status}`)
  try {
    return parseShape(schema, JSON.parse(text))
  } catch (error) {
    throw unreadable(what, error)
  }
}

/** Not as a cause: an error about JSON quotes it. */
export function unreadable(what: string, error: unknown): MoySkladUnreadable {
  const fields =
    error instanceof ShapeError ? error.faults.map((fault) => fault.path.join('.')).join(', ') : 'no JSON'
  return new MoySkladUnreadable(`${what}: an answer of another shape (${fields})`)
}
