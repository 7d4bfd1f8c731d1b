import { deleteDB } from 'idb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CardId, GrantId, TillId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import { type Grant, unusedGrant } from '../../core/receipt/grant.ts'
import type { GrantAnswer } from '../../core/wire/offline.ts'
import { Grants } from './grants.ts'
import { GrantSupply } from './grant-supply.ts'
import { databaseName } from '../journal/database.ts'
import { strictly, TillStorage } from '../journal/storage.ts'
import { uuid } from '../testing/builders.ts'

const events = { onBlocked() {}, onOutdated() {}, onTerminated() {} }
const hour = 3_600_000
const card = uuid() as CardId

let account: string
let storage: TillStorage
let nowMs: number
let asked: (GrantId | null)[]
let answer: () => Promise<GrantAnswer>
let grants: Grants
let supply: GrantSupply

const grantOf = (): Grant => ({
  id: uuid() as GrantId,
  tillId: uuid() as TillId,
  perReceiptKopecks: kopecks(500),
  perCardKopecks: kopecks(400),
  sumKopecks: kopecks(1_000),
  loads: 2,
  loadsKopecks: kopecks(3_000),
  issuedAtMs: nowMs,
  useUntilMs: nowMs + 12 * hour,
  bookMaxAgeMs: hour,
  proof: 'x'.repeat(20),
})
const give = () => Promise.resolve<GrantAnswer>({ grant: grantOf(), reason: null })
const spend = (kopecksSpent: number) =>
  strictly(storage, ['grants'], async (tx) => {
    const held = (await tx.objectStore('grants').get('current'))!
    const use = {
      ...held.use,
      spentKopecks: kopecks(kopecksSpent),
      byCard: { [card]: kopecks(kopecksSpent) },
    }
    await tx.objectStore('grants').put({ ...held, use }, 'current')
  })

/** Both halves in one frame: what a sale reads, and what asks for it. */
function open(ask: (returned: GrantId | null) => Promise<GrantAnswer>) {
  const clock = () => nowMs
  const grants = new Grants({ storage, nowMs: clock, onChange: () => undefined })
  return { grants, supply: new GrantSupply({ grants, storage, ask, nowMs: clock, locks: navigator.locks }) }
}

beforeEach(async () => {
  account = uuid()
  storage = await TillStorage.open(account, events, window)
  nowMs = 1_700_000_000_000
  asked = []
  answer = give
  ;({ grants, supply } = open((returned) => {
    asked.push(returned)
    return answer()
  }))
})
afterEach(async () => {
  storage.close()
  await deleteDB(databaseName(account))
})

describe('the till’s grant', () => {
  it('[O1] is asked for once and kept while it is fresh and unused', async () => {
    await supply.tend()
    await supply.tend()
    expect(asked).toEqual([null])
    expect(grants.usable()?.use).toEqual(unusedGrant)
    expect(grants.room(card, 0)).toBe(400)
  })

  it('[O1] is used no more once the server has ended it, and given back with the next turn', async () => {
    await supply.tend()
    const first = grants.held!.grant.id
    await grants.giveBack()
    expect([grants.usable(), grants.room(card, 0)]).toEqual([null, 0])
    await supply.tend()
    expect(asked).toEqual([null, first])
    expect(grants.usable()?.grant.id).not.toBe(first)
  })

  it('[O1] [F11] an answer to a frame that slept does not take the place of a later grant', async () => {
    let wake: () => void = () => undefined
    answer = async () => {
      await new Promise<void>((resolve) => (wake = resolve))
      return give()
    }
    const asleep = supply.tend()
    while (asked.length === 0) await new Promise((done) => setTimeout(done, 5))
    const later = grantOf()
    await strictly(storage, ['grants'], (tx) =>
      tx.objectStore('grants').put({ grant: later, use: unusedGrant, returned: false }, 'current'),
    )
    wake()
    await asleep
    expect(grants.usable()?.grant.id).toBe(later.id)
  })

  it('[O1] is given back when it was used or is half over, and the next one is its own', async () => {
    await supply.tend()
    const first = grants.held!.grant.id
    await spend(150)
    await supply.tend()
    const second = grants.held!.grant.id
    expect(asked).toEqual([null, first])
    expect(grants.usable()?.use).toEqual(unusedGrant)
    nowMs += 6 * hour + 1
    await supply.tend()
    expect(asked).toEqual([null, first, second])
  })

  it('[O1] promises nothing once it is given back, although the answer was lost, and names the same one again', async () => {
    await supply.tend()
    const first = grants.held!.grant.id
    await spend(150)
    answer = () => Promise.reject(new Error('cut'))
    await expect(supply.tend()).rejects.toThrow('cut')
    expect(grants.usable()).toBeNull()
    expect(grants.room(card, 0)).toBe(0)
    answer = give
    await supply.tend()
    expect(asked).toEqual([null, first, first])
    expect(grants.usable()).not.toBeNull()
  })

  it('[O9] ends with its hours', async () => {
    await supply.tend()
    nowMs += 12 * hour
    expect(grants.usable()).toBeNull()
    expect(grants.room(card, 0)).toBe(0)
  })

  it('[O1] is not there where the owner allows none, and the server is not asked at every turn', async () => {
    answer = () => Promise.resolve({ grant: null, reason: 'off' })
    await supply.tend()
    await supply.tend()
    expect(asked).toHaveLength(1)
    expect([grants.usable(), supply.reason]).toEqual([null, 'off'])
    nowMs += hour
    await supply.tend()
    expect(asked).toHaveLength(2)
  })

  it('[J11] of one frame is the grant of all', async () => {
    await supply.tend()
    const other = open(() => Promise.reject(new Error('asked twice')))
    await other.supply.tend()
    expect(other.grants.held).toEqual(grants.held)
    await spend(150)
    await other.grants.refresh()
    expect(other.grants.room(card, 0)).toBe(250)
  })
})
