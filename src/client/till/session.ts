import type { StoreId } from '../../core/ids.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import type { SessionAnswer } from '../../core/wire/session.ts'
import { type Api, isDenied, isUnreachable } from '../api/api.ts'

/** An employee's only point of sale; one who sells in several has to be asked, and until then there is none. */
export function storeOf({ stores }: SessionAnswer): StoreId | null {
  return stores.length === 1 ? stores[0]!.id : null
}

/**
 * Exchanges the frame's key for a session (A1), again and again while nobody answers.
 *
 * @param pause waits before the next attempt; false ends it
 * @returns null when it was ended
 * @throws Denied when the server gives no session
 */
export async function openSession(
  api: Api,
  contextKey: string,
  pause: (attempt: number) => Promise<boolean>,
): Promise<SessionAnswer | null> {
  return insist(() => api('session', { wire: wireVersion, contextKey }), pause)
}

/** Tries until there is an answer of the server, good or bad. */
export async function insist<T>(
  work: () => Promise<T>,
  pause: (attempt: number) => Promise<boolean>,
): Promise<T | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const silent = isUnreachable(error) || (isDenied(error) && error.code === 'moysklad_unreachable')
      if (!silent) throw error
    }
    if (!(await pause(attempt))) return null
  }
}
