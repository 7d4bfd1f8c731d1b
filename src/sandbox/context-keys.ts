import { randomBytes } from 'node:crypto'

/** Lifetime of a key by MoySklad's vendor documentation: at most five minutes. */
const KEY_LIFE_MS = 5 * 60_000

type Issued = { readonly employeeId: string; readonly appUid: string; readonly expiresAtMs: number }

export type Exchange =
  | { readonly kind: 'employee'; readonly employeeId: string }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unknown' }

export type ContextKeys = ReturnType<typeof createContextKeys>

/**
 * The keys in a frame's address. A second exchange of one key is answered as well: the documentation discourages it and
 * keeps the right to forbid it, but does not do so yet.
 */
export function createContextKeys(now: () => number) {
  const keys = new Map<string, Issued>()
  return {
    issue(employeeId: string, appUid: string): string {
      for (const [key, issued] of keys) if (issued.expiresAtMs <= now()) keys.delete(key)
      const key = randomBytes(20).toString('hex')
      keys.set(key, { employeeId, appUid, expiresAtMs: now() + KEY_LIFE_MS })
      return key
    },
    exchange(key: string, appUid: string): Exchange {
      const issued = keys.get(key)
      if (issued === undefined || issued.expiresAtMs <= now()) return { kind: 'unknown' }
      return issued.appUid === appUid
        ? { kind: 'employee', employeeId: issued.employeeId }
        : { kind: 'foreign' }
    },
  }
}
