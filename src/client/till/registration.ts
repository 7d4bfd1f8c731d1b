import type { AccountId, StoreId } from '../../core/ids.ts'
import type { TillAnswer } from '../../core/wire/tills.ts'
import { type Api, isDenied } from '../api/api.ts'
import type { IdentityPort } from '../journal/identity.ts'
import type { JournalPort } from '../journal/journal.ts'

export interface RegistrationDeps {
  api: Api
  accountId: AccountId
  identity: IdentityPort
  journal: JournalPort
  /** Null where an employee sells in several. */
  storeId: () => StoreId | null
}

/** A server that answers otherwise each time must not make journals without end. */
const journalsMax = 3

/** Makes the till's journals known to the server. */
export class Registration {
  readonly #deps: RegistrationDeps

  constructor(deps: RegistrationDeps) {
    this.#deps = deps
  }

  /**
   * Tells which till the session speaks for. Where the server knows more of the current journal than is here, the next one
   * begins at once (F7, F8); so it does where a copy of this till has gone on from it (F9).
   */
  async bind(): Promise<TillAnswer> {
    const { identity, journal } = this.#deps
    for (let tries = 1; ; tries++) {
      const { ordinal } = identity.current
      try {
        const answer = await this.put(ordinal)
        const own = await journal.headOf(ordinal)
        if (answer.head.headSeq <= own || tries >= journalsMax) return answer
        await identity.loseTail(ordinal, own, answer.head.headSeq)
      } catch (error) {
        const isOver = isDenied(error) && error.code === 'journal_over'
        if (!isOver || tries >= journalsMax) throw error
        await identity.reload()
        if (identity.current.ordinal === ordinal) await identity.goOn()
      }
    }
  }

  /** Registers one journal, after those that it comes from where the server has forgotten them (J7). The same again changes nothing. */
  async put(ordinal: number): Promise<TillAnswer> {
    const { api, accountId, identity } = this.#deps
    const storeId = this.#deps.storeId()
    const { id, publicKey, parent } = identity.device(ordinal)
    const speaks = ordinal === identity.current.ordinal
    const put = () => api('till', { accountId, journal: id, deviceKey: publicKey, parent, storeId, speaks })
    let answer: TillAnswer
    try {
      answer = await put()
    } catch (error) {
      const before = identity.ordinals.find((one) => identity.device(one).id === parent?.id)
      if (!isDenied(error) || error.code !== 'till_unknown' || before === undefined) throw error
      await this.put(before)
      answer = await put()
    }
    await identity.registered(ordinal)
    return answer
  }
}
