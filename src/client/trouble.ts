import type { TillState } from '../core/wire/tills.ts'
import type { ErrorCode } from '../core/wire/errors.ts'

/** What stands in the way of work, each with its sentence on the screen. The first that holds is the one that is told. */
const troubles = [
  /** A newer page of the app is open. */
  'page_outdated',
  /** An older page keeps the storage in its old shape. */
  'storage_blocked',
  /** The till could not be opened, with storage or without. */
  'storage_denied',
  /** The browser took the storage away while we worked. */
  'storage_lost',
  /** The server speaks another version of the wire. */
  'wire_unknown',
  /** The page around this frame is another account's now: nothing of the one before may go on here (F23). */
  'account_changed',
  /** MoySklad gives this employee no right to sell, or no more. */
  'not_allowed',
  /** Nobody is logged in, and this browser has journals of several accounts: none is sent by guess (A2). */
  'several_accounts',
  /** Neither way in gives a session: MoySklad does not vouch for whoever is here. */
  'session_over',
  /** A manager has shut this till out. */
  'till_revoked',
  /** The journal has two branches; until a manager has decided, the till only sends. */
  'till_quarantined',
  /** A manager has decided that the till starts anew: it does when all is sent, with the next page. */
  'till_retired',
] as const
export type Trouble = (typeof troubles)[number]

/** What does not stand in the way, but has to be known. */
export type Warning =
  /** The browser gives no storage that lasts: asks only, while the line is up (J13). */
  | 'memory_only'
  /** The disk is full: the last sale could not be written. */
  | 'storage_full'

/** Why no session was given. */
export function troubleOf(code: ErrorCode): Trouble {
  switch (code) {
    case 'wire_version_unknown':
      return 'wire_unknown'
    case 'not_allowed':
      return 'not_allowed'
    default:
      return 'session_over'
  }
}

export const troubleOfState = {
  active: null,
  quarantined: 'till_quarantined',
  revoked: 'till_revoked',
  retired: 'till_retired',
} as const satisfies Record<TillState, Trouble | null>

/** Troubles come and go by themselves; the gravest one is shown. */
export class Troubles {
  readonly #present = new Set<Trouble>()
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get first(): Trouble | null {
    return troubles.find((one) => this.#present.has(one)) ?? null
  }

  add(trouble: Trouble): void {
    if (this.#present.has(trouble)) return
    this.#present.add(trouble)
    this.#onChange()
  }

  clear(trouble: Trouble): void {
    if (this.#present.delete(trouble)) this.#onChange()
  }
}
