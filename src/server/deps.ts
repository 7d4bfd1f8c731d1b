import type { Db } from './db/db.ts'
import type { Programmes } from './ledger/programmes.ts'
import type { Log } from './log.ts'
import type { Nonces } from './keys/nonces.ts'
import type { Sealing } from './keys/sealing.ts'
import type { VerifySignature } from './keys/signatures.ts'
import type { MoySklad } from './moysklad/moysklad.ts'

/** Everything the server touches besides its own code; wired in main.ts, replaced in tests. */
export interface Deps {
  db: Db
  moysklad: MoySklad
  /** Milliseconds since 1970 UTC. */
  clock: () => number
  newId: () => string
  /** Bytes from a cryptographic source. */
  random: (bytes: number) => Buffer
  programmes: Programmes
  nonces: Nonces
  verify: VerifySignature
  sealing: Sealing
  keys: {
    /** Hashes card numbers (L9); all other keys of the server derive from it. */
    card: Buffer
  }
  config: {
    /** Pages that may show the widget in a frame. */
    hostOrigins: readonly string[]
    /** Where the built widget lies. */
    widgetDir: string
  }
  log: Log
}
