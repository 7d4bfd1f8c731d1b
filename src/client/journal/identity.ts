import { AccountId, type JournalId, TillId } from '../../core/ids.ts'
import { childText, type Parent } from '../../core/wire/tills.ts'
import { makeDeviceKeys, signBytes } from '../crypto/device-key.ts'
import type { Beacon, BeaconHead } from './beacon.ts'
import type { Device, TillIdentity } from './database.ts'
import { lastSeq } from './records.ts'
import { reading, strictly, type TillStorage } from './storage.ts'
import { parseShape } from '../../core/shape.ts'

/** What the rest of the till needs of an identity; the other one is in memory (J13). */
export type IdentityPort = Pick<Identity, keyof Identity>

/**
 * Which till this database is, and the keys by which the server knows it (J3). A till is a chain of journals, each with a key
 * that makes its id; a new one begins:
 *
 * empty storage ──▶ the first of a new till
 * numbers known to have been given are gone ──▶ the next, which tells of them (F7, F8)
 * the key is old, or a copy of this till has gone on ──▶ the next (F19, F9)
 * retired by a manager, and all is sent ──▶ the first of a new till
 *
 * `ordinal` is the place of a journal in this database, and nobody else's business: records are kept and sent in its order.
 */
export class Identity {
  readonly #storage: TillStorage
  readonly #beacon: Beacon
  #current!: TillIdentity
  #devices!: Map<number, Device>

  private constructor(storage: TillStorage, beacon: Beacon) {
    this.#storage = storage
    this.#beacon = beacon
  }

  /** Two frames that open empty storage at once agree on one till. */
  static async open(storage: TillStorage, beacon: Beacon): Promise<Identity> {
    // Before the journal: another frame may append between the two, and then the journal is ahead, never behind.
    const told = beacon.read()
    const identity = new Identity(storage, beacon)
    if (!(await identity.#read())) {
      await identity.#begin(null, told && (() => Promise.resolve(byMark(told))))
    } else if (told?.tillId === identity.#current.tillId) {
      const device = [...identity.#devices.values()].find(({ id }) => id === told.journal)
      // A journal that this database does not know: it was restored to a moment before that one began.
      if (!device) await identity.#begin(identity.#current, () => Promise.resolve(byMark(told)))
      else {
        const head = await lastSeq(storage, device.ordinal)
        if (told.seq > head) await identity.loseTail(device.ordinal, head, told.seq)
      }
    }
    return identity
  }

  get current(): TillIdentity {
    return this.#current
  }

  /** Oldest first. */
  get ordinals(): number[] {
    return [...this.#devices.keys()].sort((a, b) => a - b)
  }

  /** @throws when the journal has no key: then nothing of it can be sent */
  device(ordinal: number): Device {
    const device = this.#devices.get(ordinal)
    if (!device) throw new Error(`journal ${ordinal} of this database has no key`)
    return device
  }

  /** The key that a body is signed with, by the journal that the body names. */
  of(journal: JournalId): Device {
    const device = [...this.#devices.values()].find(({ id }) => id === journal)
    if (!device) throw new Error(`journal ${journal} has no key`)
    return device
  }

  /** Reads again what another frame may have changed. */
  async reload(): Promise<void> {
    await this.#read()
  }

  /**
   * Numbers above the journal's head were given to records that are not here: the next journal begins at once, so that
   * no number is given twice (F8).
   *
   * @param ordinal the one that lost them; nothing happens when it is over already
   */
  async loseTail(ordinal: number, headSeq: number, givenSeq: number): Promise<void> {
    if (ordinal < this.#current.ordinal) return
    await this.#begin(this.#current, this.#signed(headSeq, Math.max(headSeq, givenSeq)))
  }

  /** Goes on under a new key, with nothing lost. */
  async goOn(): Promise<void> {
    const headSeq = await lastSeq(this.#storage, this.#current.ordinal)
    await this.#begin(this.#current, this.#signed(headSeq, headSeq))
  }

  /** A manager has retired the till: what it does from now on it does as a new one. */
  async renewTill(): Promise<void> {
    await this.#begin(this.#current, null)
  }

  /** The server has answered for the key. */
  async registered(ordinal: number): Promise<void> {
    const device = this.device(ordinal)
    if (device.registered) return
    const known = { ...device, registered: true }
    await strictly(this.#storage, ['devices'], (tx) => tx.objectStore('devices').put(known))
    this.#devices.set(ordinal, known)
  }

  /** The key of the current journal vouches for the next one. */
  #signed(headSeq: number, givenSeq: number): (child: JournalId) => Promise<Descent> {
    const { id, keys, tillId } = this.device(this.#current.ordinal)
    return async (child) => {
      const said = { id, headSeq, givenSeq }
      const text = childText(parseShape(AccountId, this.#storage.accountId), child, said)
      const signature = await signBytes(keys, new TextEncoder().encode(text))
      return { tillId, parent: { ...said, proof: { signature } } }
    }
  }

  /** Begins a journal, unless another frame has begun one meanwhile: then that one is taken. */
  async #begin(
    before: TillIdentity | null,
    descent: ((child: JournalId) => Promise<Descent | null>) | null,
  ): Promise<void> {
    const made = await makeDeviceKeys()
    const { tillId, parent } = (await descent?.(made.id)) ?? {
      tillId: parseShape(TillId, made.id),
      parent: null,
    }
    await strictly(this.#storage, ['identity', 'devices'], async (tx) => {
      const self = await tx.objectStore('identity').get('self')
      if (self?.ordinal !== before?.ordinal) return
      const ordinal = (before?.ordinal ?? 0) + 1
      await Promise.all([
        tx.objectStore('devices').add({ ...made, ordinal, tillId, parent, registered: false }),
        tx.objectStore('identity').put({ tillId, ordinal }, 'self'),
      ])
    })
    if (!(await this.#read())) throw new Error('the till has lost its identity')
    const { id: journal, tillId: till } = this.device(this.#current.ordinal)
    this.#beacon.write({ tillId: till, journal, seq: 0 })
  }

  async #read(): Promise<boolean> {
    return reading(this.#storage, ['identity', 'devices'], async (tx) => {
      const [self, devices] = await Promise.all([
        tx.objectStore('identity').get('self'),
        tx.objectStore('devices').getAll(),
      ])
      if (!self) return false
      this.#storage.firstJournal = devices[0]!.id
      this.#current = self
      this.#devices = new Map(devices.map((device) => [device.ordinal, device]))
      return true
    })
  }
}

/** Which till a journal belongs to, and by what. */
interface Descent {
  tillId: TillId
  parent: Parent
}

/** The key is gone with the storage; the beacon kept the server's mark. Without one it is another till. */
function byMark({ tillId, journal, seq, mark }: BeaconHead): Descent | null {
  if (mark === null) return null
  return { tillId, parent: { id: journal, headSeq: 0, givenSeq: seq, proof: { tillId, mark } } }
}
