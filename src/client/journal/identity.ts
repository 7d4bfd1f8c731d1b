import { TillId } from '../../core/ids.ts'
import { makeDeviceKeys } from '../crypto/device-key.ts'
import type { Beacon } from './beacon.ts'
import type { Device, LostTail, TillIdentity } from './database.ts'
import { lastSeq } from './records.ts'
import { reading, strictly, type TillStorage } from './storage.ts'
import { parseShape } from '../../core/shape.ts'

/** What the rest of the till needs of an identity; the other one is in memory (J13). */
export type IdentityPort = Pick<Identity, keyof Identity>

/**
 * Which till this database is, and the keys by which the server knows it (J3). An epoch begins with a new key:
 *
 * empty storage ──▶ a new till
 * numbers known to have been given are gone ──▶ the same till, next epoch, `lost` (F7, F8)
 * the key is old ──▶ successor stored, told to the server, then promoted (F19)
 * retired by a manager, and all is sent ──▶ a new till
 *
 * Epochs grow over all of these, so that every record of the database keeps a key of its own.
 */
export class Identity {
  readonly #storage: TillStorage
  readonly #beacon: Beacon
  #current: TillIdentity
  #devices: Map<number, Device>

  private constructor(storage: TillStorage, beacon: Beacon, current: TillIdentity, devices: Device[]) {
    this.#storage = storage
    this.#beacon = beacon
    this.#current = current
    this.#devices = byEpoch(devices)
  }

  /** Two frames that open empty storage at once agree on one till. */
  static async open(storage: TillStorage, beacon: Beacon, newId: () => string): Promise<Identity> {
    // Before the journal: another frame may append between the two, and then the journal is ahead, never behind.
    const told = beacon.read()
    const { self, devices } = await rows(storage)
    if (!self) {
      const lost = told && told.seq > 0 ? { epoch: told.epoch, fromSeq: 1, toSeq: told.seq } : null
      const tillId = told?.tillId ?? parseShape(TillId, newId())
      return Identity.#begun(storage, beacon, null, { tillId, epoch: (told?.epoch ?? 0) + 1 }, lost)
    }
    const identity = new Identity(storage, beacon, self, devices)
    if (told?.tillId === self.tillId && told.epoch >= self.epoch) {
      const head = await lastSeq(storage, told.epoch)
      if (told.epoch > self.epoch || told.seq > head) await identity.loseTail(told.epoch, head, told.seq)
    }
    return identity
  }

  get current(): TillIdentity {
    return this.#current
  }

  /** Epochs that have a key, oldest first; a successor that is not promoted yet is not among them. */
  get epochs(): number[] {
    return [...this.#devices.keys()].filter((epoch) => epoch <= this.#current.epoch).sort((a, b) => a - b)
  }

  /** @throws when the epoch has no key: then nothing of it can be sent */
  device(epoch: number): Device {
    const device = this.#devices.get(epoch)
    if (!device) throw new Error(`epoch ${epoch} has no key`)
    return device
  }

  /** Reads again what another frame may have changed. */
  async reload(): Promise<void> {
    const { self, devices } = await rows(this.#storage)
    if (!self) return
    this.#current = self
    this.#devices = byEpoch(devices)
  }

  /**
   * Numbers above the journal's head were given to records that are not here: the next epoch begins at once, so that
   * no number is given twice (F8).
   *
   * @param epoch the epoch that lost them; nothing happens when it is over already
   */
  async loseTail(epoch: number, headSeq: number, givenSeq: number): Promise<void> {
    if (epoch < this.#current.epoch) return
    const lost = givenSeq > headSeq ? { epoch, fromSeq: headSeq + 1, toSeq: givenSeq } : null
    await this.#begin({ tillId: this.#current.tillId, epoch: this.#nextEpoch(epoch) }, lost)
  }

  /** A new epoch without anything lost: the server knows another key for this one. */
  async renewKey(): Promise<void> {
    // A copy of this till may be after the same (F9): with plain counting the two would take the next one from each other
    // again and again.
    const [jump] = crypto.getRandomValues(new Uint16Array(1))
    await this.#begin({ tillId: this.#current.tillId, epoch: this.#nextEpoch(0) + jump! }, null)
  }

  /** A manager has retired the till: what it does from now on it does as a new one. */
  async renewTill(newId: string): Promise<void> {
    await this.#begin({ tillId: parseShape(TillId, newId), epoch: this.#nextEpoch(0) }, null)
  }

  /** The key of the next epoch, stored before the server hears of it: a lost answer is asked for with the same key. */
  async successor(): Promise<Device> {
    const { current } = this
    const waiting = () => [...this.#devices.values()].find((one) => one.epoch > current.epoch)
    const known = waiting()
    if (known) return known
    const fresh: Device = {
      ...(await makeDeviceKeys()),
      epoch: this.#nextEpoch(0),
      tillId: current.tillId,
      registered: false,
      lost: null,
    }
    await strictly(this.#storage, ['devices'], async (tx) => {
      const epochs = await tx.objectStore('devices').getAllKeys()
      // Another frame was faster, and its key is the one.
      if (!epochs.some((epoch) => epoch > current.epoch)) await tx.objectStore('devices').add(fresh)
    })
    await this.reload()
    return waiting() ?? fresh
  }

  /** The server has taken the successor: new records are its own. */
  async promote(successor: Device): Promise<void> {
    await strictly(this.#storage, ['identity', 'devices'], async (tx) => {
      const self = await tx.objectStore('identity').get('self')
      await tx.objectStore('devices').put({ ...successor, registered: true })
      if (self && self.epoch < successor.epoch) {
        await tx.objectStore('identity').put({ tillId: successor.tillId, epoch: successor.epoch }, 'self')
      }
    })
    await this.reload()
    this.#beacon.write({ ...this.#current, seq: 0 })
  }

  /** The server has answered for the key, and has heard what was lost. */
  async registered(epoch: number): Promise<void> {
    const device = this.device(epoch)
    if (device.registered) return
    const known = { ...device, registered: true, lost: null }
    await strictly(this.#storage, ['devices'], (tx) => tx.objectStore('devices').put(known))
    this.#devices.set(epoch, known)
  }

  #nextEpoch(above: number): number {
    return Math.max(above, this.#current.epoch, ...this.#devices.keys()) + 1
  }

  async #begin(next: TillIdentity, lost: LostTail | null): Promise<void> {
    const begun = await Identity.#begun(this.#storage, this.#beacon, this.#current, next, lost)
    this.#current = begun.#current
    this.#devices = begun.#devices
  }

  /** Begins an epoch, unless another frame has begun one meanwhile: then that one is taken. */
  static async #begun(
    storage: TillStorage,
    beacon: Beacon,
    before: TillIdentity | null,
    next: TillIdentity,
    lost: LostTail | null,
  ): Promise<Identity> {
    const device: Device = { ...(await makeDeviceKeys()), ...next, registered: false, lost }
    await strictly(storage, ['identity', 'devices'], async (tx) => {
      const self = await tx.objectStore('identity').get('self')
      const overtaken = self?.epoch !== before?.epoch || self?.tillId !== before?.tillId
      if (overtaken || (await tx.objectStore('devices').getKey(next.epoch)) !== undefined) return
      await Promise.all([
        tx.objectStore('devices').add(device),
        tx.objectStore('identity').put({ tillId: next.tillId, epoch: next.epoch }, 'self'),
      ])
    })
    const { self, devices } = await rows(storage)
    if (!self) throw new Error('the till has lost its identity')
    beacon.write({ ...self, seq: 0 })
    return new Identity(storage, beacon, self, devices)
  }
}

const byEpoch = (devices: readonly Device[]) => new Map(devices.map((device) => [device.epoch, device]))

async function rows(storage: TillStorage): Promise<{ self: TillIdentity | undefined; devices: Device[] }> {
  return reading(storage, ['identity', 'devices'], async (tx) => {
    const [self, devices] = await Promise.all([
      tx.objectStore('identity').get('self'),
      tx.objectStore('devices').getAll(),
    ])
    return { self, devices }
  })
}
