import type { StoreId } from '../../core/ids.ts'
import type { Envelope, TillAnswer } from '../../core/wire/tills.ts'
import { type Api, isDenied } from '../api/api.ts'
import type { IdentityPort } from '../journal/identity.ts'
import type { JournalPort } from '../journal/journal.ts'

export interface RegistrationDeps {
  api: Api
  identity: IdentityPort
  journal: JournalPort
  /** Chosen once; null where an employee sells in several. */
  storeId: StoreId | null
  envelope: (epoch: number) => Promise<Omit<Envelope, 'nonce'>>
}

/** A server that answers otherwise each time must not make epochs without end. */
const epochsMax = 3

/** Makes the till and its keys known to the server. */
export class Registration {
  readonly #deps: RegistrationDeps

  constructor(deps: RegistrationDeps) {
    this.#deps = deps
  }

  /**
   * Tells which till the session speaks for. Where the server knows more of the current epoch than this journal does, the
   * next epoch begins at once (F7, F8); so it does where it knows another key for it.
   */
  async bind(): Promise<TillAnswer> {
    const { identity, journal } = this.#deps
    for (let tries = 1; ; tries++) {
      const { epoch } = identity.current
      try {
        const answer = await this.put(epoch)
        const own = await journal.headOf(epoch)
        if (answer.head.headSeq <= own || tries >= epochsMax) return answer
        await identity.loseTail(epoch, own, answer.head.headSeq)
      } catch (error) {
        const otherKey = isDenied(error) && error.code === 'signature_invalid'
        if (!otherKey || tries >= epochsMax) throw error
        await identity.renewKey()
      }
    }
  }

  /** Registers the key of one epoch. The same again changes nothing. */
  async put(epoch: number): Promise<TillAnswer> {
    const { api, identity, storeId } = this.#deps
    const { tillId, publicKey, lost } = identity.device(epoch)
    const speaks = epoch === identity.current.epoch
    const answer = await api('till', { id: tillId, epoch, deviceKey: publicKey, storeId, speaks, lost })
    await identity.registered(epoch)
    return answer
  }

  /** The successor is stored before the server hears of it, and signs only after the server has answered (F19). */
  async rotate(): Promise<void> {
    const { api, identity, envelope } = this.#deps
    const { epoch } = identity.current
    const successor = await identity.successor()
    const said = await envelope(epoch)
    const next = { epoch: successor.epoch, deviceKey: successor.publicKey }
    await api('rotate', (nonceOf) => ({ ...said, nonce: nonceOf(said.till.id), next }))
    await identity.promote(successor)
  }
}
