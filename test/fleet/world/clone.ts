const real = globalThis.structuredClone

/**
 * `structuredClone` for what tills store and tell each other: lists and plain things of texts, numbers and bytes. The real
 * one writes and reads a text for that, which costs many times more; whatever else comes is left to it.
 */
export function cloned(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return real(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(cloned)
  const kind: unknown = Object.getPrototypeOf(value)
  if (kind !== Object.prototype && kind !== null) return real(value)
  const made: Record<string, unknown> = {}
  for (const key of Object.keys(value)) made[key] = cloned((value as Record<string, unknown>)[key])
  return made
}
