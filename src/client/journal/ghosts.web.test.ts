import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wireVersion } from '../../core/receipt/version.ts'
import { redeemReceipt, uuid } from '../testing/builders.ts'
import { evict, openJournal, type OpenJournal } from '../testing/open-journal.ts'
import { GhostDecided } from './append.ts'
import type { JournalRecord } from './database.ts'
import { unseenMaxMs } from './outgoing.ts'

let account: string
let till: OpenJournal
const opened: OpenJournal[] = []
const clock = { nowMs: 1000 }

beforeEach(async () => {
  account = uuid()
  clock.nowMs = 1000
  till = await frame()
})

afterEach(async () => {
  for (const one of opened.splice(0)) one.close()
  await evict(account)
})

async function frame(): Promise<OpenJournal> {
  const one = await openJournal(account, { now: () => clock.nowMs })
  opened.push(one)
  return one
}

const append = (at = till) => at.journal.append(redeemReceipt(), wireVersion, [])
const seqs = async (at = till) =>
  (await at.journal.batch(new Map()))?.records.map(({ record }) => record.seq) ?? []
const ghosts = async (at = till) => (await at.journal.ghosts()).map(({ record }) => record.seq)
const waiting = async (at = till) => (await at.journal.standing(1)).waiting.map(({ seq }) => seq)

function answer(at: OpenJournal, ghost: JournalRecord, how: 'keep' | 'cancel'): Promise<unknown> {
  if (how === 'keep') return at.journal.keepGhost(ghost)
  const operations = [{ kind: 'void' as const, receiptId: ghost.id, because: 'unanswered' as const }]
  return at.journal.cancelGhost(ghost, redeemReceipt({ operations }), wireVersion)
}

const applied = { status: 'applied' as const, by: null, postedAtMs: 1000, effects: [], frozen: false }

describe('records that nobody has seen', () => {
  it('[J4] are not sent before their screen has shown them', async () => {
    const record = await append()
    expect(await seqs()).toEqual([])
    await till.journal.seen(record)
    expect(await seqs()).toEqual([1])
  })

  it('[J4] of a live frame are no ghosts, and what comes after them waits a moment, so that no gap is seen', async () => {
    const other = await frame()
    const first = await append()
    await other.journal.seen(await append(other))
    expect(await ghosts(other)).toEqual([])
    expect(await seqs(other)).toEqual([])
    expect(await waiting(other)).toEqual([])
    await till.journal.seen(first)
    expect(await seqs(other)).toEqual([1, 2])
  })

  it('[J4] of a frame that lives but is stuck hold nobody up for long, and the server is told that they wait', async () => {
    const other = await frame()
    await append()
    await other.journal.seen(await append(other))
    clock.nowMs += unseenMaxMs
    expect(await seqs(other)).toEqual([2])
    expect(await waiting(other)).toEqual([1])
    expect(await ghosts(other)).toEqual([])
  })

  it('[J4] [F4] of a dead frame are ghosts: they wait for a person, are told to the server, and block nobody', async () => {
    const other = await frame()
    await append()
    till.close()
    await other.journal.seen(await append(other))
    expect(await ghosts(other)).toEqual([1])
    expect(await waiting(other)).toEqual([1])
    expect(await seqs(other)).toEqual([2])
    expect((await other.journal.standing(1)).drained).toBe(false)
    expect((await other.journal.state()).unsettled).toBe(2)
  })

  it('[J4] [F4] «Оставить»: the ghost goes as it is', async () => {
    const record = await append()
    till.close()
    const next = await frame()
    await next.journal.keepGhost((await next.journal.ghosts())[0]!.record)
    expect(await ghosts(next)).toEqual([])
    expect((await next.journal.batch(new Map()))?.records.map((one) => one.record)).toEqual([record])
  })

  it('[J4] [F4] «Отменить»: the ghost and its undoing go together, in order', async () => {
    const ghost = await append()
    till.close()
    const next = await frame()
    const undo = redeemReceipt({
      operations: [{ kind: 'void', receiptId: ghost.id, because: 'unanswered' }],
    })
    await next.journal.cancelGhost(ghost, undo, wireVersion)
    expect(await ghosts(next)).toEqual([])
    expect((await next.journal.batch(new Map()))?.records.map(({ record }) => record.id)).toEqual([
      ghost.id,
      undo.id,
    ])
  })

  it.each(['keep', 'cancel'] as const)(
    '[J4] [J11] have one answer: after «%s» in one frame another frame can give none',
    async (first) => {
      const ghost = await append()
      till.close()
      const [fast, late] = [await frame(), await frame()]
      await answer(fast, ghost, first)
      const before = await fast.journal.recent(10)
      for (const second of ['keep', 'cancel'] as const) {
        await expect(answer(late, ghost, second)).rejects.toThrow(GhostDecided)
      }
      expect(await late.journal.recent(10)).toEqual(before)
      expect(await seqs(late)).toEqual(first === 'keep' ? [1] : [1, 2])
    },
  )

  it('[J4] [J11] have one answer, however two frames hurry: one is written whole, the other says so', async () => {
    for (let round = 0; round < 20; round++) {
      const ghost = await append()
      till.close()
      const [one, two] = [await frame(), await frame()]
      const ended = await Promise.allSettled([answer(one, ghost, 'keep'), answer(two, ghost, 'cancel')])
      expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const undone = (await one.journal.recent(1))[0]!.record.id !== ghost.id
      expect(undone).toBe(ended[1].status === 'fulfilled')
      expect(await ghosts(one)).toEqual([])
      till = one
    }
  })

  it('[J4] one that was kept and answered leaves no mark when it is cancelled late: the next ghost is found', async () => {
    const ghost = await append()
    till.close()
    const [kept, late] = [await frame(), await frame()]
    await kept.journal.keepGhost(ghost)
    await kept.journal.settle([{ key: [1, 1], outcome: applied, proof: null }])
    await expect(answer(late, ghost, 'cancel')).rejects.toThrow(GhostDecided)
    await append(late)
    late.close()
    expect(await ghosts(kept)).toEqual([2])
    expect(await waiting(kept)).toEqual([2])
  })

  it('[J4] an undoing and a link to a sale need no witness: nothing could undo them', async () => {
    const { id } = redeemReceipt()
    const undo = { kind: 'void' as const, receiptId: id, because: 'cancelled' as const }
    const link = { kind: 'link' as const, receiptId: id }
    for (const operation of [undo, link]) {
      await till.journal.append(redeemReceipt({ operations: [operation] }), wireVersion, [])
    }
    till.close()
    const next = await frame()
    expect(await ghosts(next)).toEqual([])
    expect(await seqs(next)).toEqual([1, 2])
  })

  it('[J4] what takes money beside a link needs one', async () => {
    const payment = redeemReceipt()
    const link = { kind: 'link' as const, receiptId: redeemReceipt().id }
    await till.journal.append({ ...payment, operations: [link, ...payment.operations] }, wireVersion, [])
    till.close()
    expect(await ghosts(await frame())).toEqual([1])
  })

  it('[J4] [F12] a frame that the browser throws away leaves its lock, and so its ghosts', async () => {
    const iframe = document.body.appendChild(document.createElement('iframe'))
    const locks = iframe.contentWindow!.navigator.locks
    const doomed = await openJournal(account, { now: () => clock.nowMs, locks })
    opened.push(doomed)
    await append(doomed)
    expect(await ghosts()).toEqual([])
    iframe.remove()
    await expect.poll(() => ghosts()).toEqual([1])
  })
})
