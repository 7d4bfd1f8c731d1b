import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { wireVersion } from '../../core/receipt/version.ts'
import { draft, redeemReceipt, uuid } from '../testing/builders.ts'
import { evict, openJournal, type OpenJournal } from '../testing/open-journal.ts'
import { Facts } from './facts.ts'

let account: string
let till: OpenJournal

beforeEach(async () => {
  account = uuid()
  till = await openJournal(account)
})

afterEach(async () => {
  vi.restoreAllMocks()
  till.close()
  await evict(account)
})

/** Everything that the till ever writes, by name: a new way to write belongs here. */
const writes: Record<string, () => Promise<unknown>> = {
  'journal.append': () => till.journal.append(redeemReceipt(), wireVersion, []),
  'journal.seen': () => till.journal.seen({ ordinal: 1, seq: 1 }),
  'journal.settle': () =>
    till.journal.settle([
      { key: [1, 1], outcome: { status: 'in_review', code: 'card_unknown' }, proof: null },
    ]),
  'journal.acknowledge': async () => {
    const [state] = await till.journal.recent(1)
    await till.journal.acknowledge(state!.record)
  },
  'journal.keepGhost': async () => {
    const ghost = await till.journal.append(redeemReceipt(), wireVersion, [])
    await till.journal.keepGhost(ghost)
  },
  'journal.cancelGhost': async () => {
    const ghost = await till.journal.append(redeemReceipt(), wireVersion, [])
    await till.journal.cancelGhost(ghost, redeemReceipt(), wireVersion)
  },
  'journal.reclaim': () => till.journal.reclaim(Infinity),
  'drafts.save': () => till.drafts.save(draft()),
  'drafts.drop': () => till.drafts.drop(draft()),
  'drafts.leave': () => till.drafts.leave(draft().id),
  'drafts.forget': () => till.drafts.forget(draft().id),
  'drafts.forgetDropped': () => till.drafts.forgetDropped(draft().id),
  'drafts.noteDocuments': () => till.drafts.noteDocuments([uuid() as never]),
  'drafts.noteRelease': () => till.drafts.noteRelease(uuid()),
  'drafts.forgetRelease': () => till.drafts.forgetRelease(uuid()),
  'identity.registered': () => till.identity.registered(1),
  'identity.loseTail': () => till.identity.loseTail(till.identity.current.ordinal, 0, 1),
  'identity.goOn': () => till.identity.goOn(),
  'identity.renewTill': () => till.identity.renewTill(),
  'facts.keepClock': () => new Facts(till.storage).keepClock(1),
  'facts.keepDecisions': () => new Facts(till.storage).keepDecisions([]),
  'facts.wipe': () => new Facts(till.storage).wipe(),
  'empty storage': async () => {
    const other = uuid()
    const opened = await openJournal(other)
    opened.close()
    await evict(other)
  },
}

it('[J1] [F5] every write transaction of the till asks for strict durability', async () => {
  const opened = vi.spyOn(IDBDatabase.prototype, 'transaction')
  for (const [name, write] of Object.entries(writes)) {
    opened.mockClear()
    await write()
    const modes = opened.mock.calls.filter(([, mode]) => mode === 'readwrite')
    expect(modes.length, `${name} writes`).toBeGreaterThan(0)
    for (const [, , options] of modes) expect(options, name).toEqual({ durability: 'strict' })
  }
})
