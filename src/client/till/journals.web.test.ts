import { deleteDB } from 'idb'
import { describe, expect, it } from 'vitest'
import { childText, type TillRequest } from '../../core/wire/tills.ts'
import { beaconKey } from '../journal/beacon.ts'
import { databaseName } from '../journal/database.ts'
import { uuid } from '../testing/builders.ts'
import { verify } from '../testing/fake-server.ts'
import { evict } from '../testing/open-journal.ts'
import { TestTills, drain, sell, tillOf, until } from '../testing/till-rig.ts'

const tills = new TestTills()

function beaconAhead(seq: number): void {
  const key = beaconKey(tills.server.accountId)
  const head = JSON.parse(localStorage.getItem(key)!) as object
  localStorage.setItem(key, JSON.stringify({ ...head, seq }))
}

const journalOf = (body: unknown) => (body as { journal: string }).journal
const registrations = () => tills.server.named('PUT /api/till').map(({ body }) => body as TillRequest)

describe('keys that change', () => {
  it('[F19] [T7] the old key signs for the next one, and a lost answer is asked for again with the same key', async () => {
    tills.server.keyIsOld = true
    const one = await tills.start()
    const before = await sell(one)
    tills.server.cut = (name) => (name === 'PUT /api/till' ? 'after' : null)
    await drain(one)
    const told = registrations().at(-1)!
    const { journal } = tillOf(before)
    expect(told.parent).toMatchObject({ id: journal, headSeq: 1, givenSeq: 1 })
    const { proof } = told.parent!
    const { publicKey, tillId } = tills.server.journals.get(journal)!
    const text = new TextEncoder().encode(childText(told.accountId, told.journal, told.parent!))
    expect('signature' in proof && (await verify(publicKey, text, proof.signature))).toBe(true)
    one.till.close()
    tills.server.cut = null
    tills.server.keyIsOld = false
    const two = await tills.start()
    expect(registrations().at(-1)).toEqual(told)
    const after = await sell(two)
    await drain(two)
    expect(tillOf(after)).toEqual({ journal: told.journal, seq: 1 })
    expect(tills.server.of(told.journal)).toHaveLength(1)
    expect(tills.server.journals.get(told.journal)).toMatchObject({ tillId })
  })

  it('[J5] batches go per journal, the oldest first, each signed by its own key', async () => {
    const one = await tills.start()
    tills.server.cut = (name) => (name.includes('/sync') ? 'before' : null)
    const old = await sell(one)
    await drain(one)
    one.till.close()
    beaconAhead(2)
    const two = await tills.start()
    const fresh = await sell(two)
    tills.server.cut = null
    tills.server.calls.length = 0
    two.tick()
    await until(() => tills.server.stored.size === 2)
    const sent = tills.server.named('POST /api/sync').map(({ body }) => journalOf(body))
    expect(sent).toEqual([tillOf(old).journal, tillOf(fresh).journal])
    expect([...tills.server.stored.keys()]).toEqual([old.id, fresh.id])
  })
})

describe('a journal that has lost its tail', () => {
  it('[F7] [F8] the beacon is ahead: a new journal, no number twice, and the server is told what is gone', async () => {
    const one = await tills.start()
    const { journal } = tillOf(await sell(one))
    await drain(one)
    one.till.close()
    beaconAhead(3)
    const two = await tills.start()
    const [, child] = registrations()
    expect(child!.parent).toMatchObject({ id: journal, headSeq: 1, givenSeq: 3 })
    expect(tillOf(await sell(two))).toEqual({ journal: child!.journal, seq: 1 })
    two.till.close()
    const three = await tills.start()
    expect(registrations().at(-1)).toEqual(child)
    expect(three.till.trouble).toBeNull()
  })

  it('[F7] [F8] the server is ahead at the start: a new journal at once', async () => {
    const one = await tills.start()
    const { journal } = tillOf(await sell(one))
    await drain(one)
    ahead(journal, 5)
    one.till.close()
    const two = await tills.start()
    const child = registrations().at(-1)!
    expect(child.parent).toMatchObject({ id: journal, headSeq: 1, givenSeq: 5 })
    expect(tillOf(await sell(two))).toEqual({ journal: child.journal, seq: 1 })
  })

  it('[F9] the server is ahead in the middle of a shift: all frames go on in a new journal', async () => {
    const one = await tills.start()
    const other = await tills.start()
    const { journal } = tillOf(await sell(one))
    await drain(one)
    ahead(journal, 5)
    await drain(one)
    const next = tillOf(await sell(one))
    expect(next.journal).not.toBe(journal)
    expect(next.seq).toBe(1)
    await until(async () => tillOf(await sell(other)).journal === next.journal)
  })

  it('[F9] a copy of the till has gone on from the journal: so does this one, and what was written before comes', async () => {
    const one = await tills.start()
    const { journal } = tillOf(await sell(one))
    await drain(one)
    tills.server.cut = (name) => (name === 'POST /api/sync' ? 'before' : null)
    const unsent = await sell(one)
    await drain(one)
    one.till.close()
    tills.server.journals.get(journal)!.isOver = true
    tills.server.cut = null
    const two = await tills.start()
    await drain(two)
    expect(tills.server.of(journal).map(({ id }) => id)).toContain(unsent.id)
    const after = tillOf(await sell(two))
    expect(after).toMatchObject({ seq: 1 })
    expect(registrations().at(-1)!.parent).toMatchObject({ id: journal, headSeq: 2, givenSeq: 2 })
    await drain(two)
    expect(tills.server.of(after.journal)).toHaveLength(1)
  })

  it('[F22] a restored server takes the journals in order, and without a session all but the first', async () => {
    tills.server.keyIsOld = true
    const one = await tills.start()
    const first = tillOf(await sell(one)).journal
    await drain(one)
    tills.server.keyIsOld = false
    const second = tillOf(await sell(one)).journal
    await drain(one)
    expect(second).not.toBe(first)
    tills.server.journals.clear()
    tills.server.stored.clear()
    await until(async () => {
      await drain(one)
      return tills.server.of(second).length === 1 && tills.server.of(first).length === 1
    })
    expect([...tills.server.journals.keys()]).toEqual([first, second])
  })

  it('[F6] an evicted partition makes a new till, and nothing of the old one is continued', async () => {
    const one = await tills.start()
    const before = tillOf(await sell(one))
    await drain(one)
    one.till.close()
    await evict(tills.server.accountId)
    const two = await tills.start()
    const after = tillOf(await sell(two))
    expect(after.journal).not.toBe(before.journal)
    expect(registrations().at(-1)!.parent).toBeNull()
    await drain(two)
    expect(tills.server.stored.size).toBe(2)
  })

  it('[F7] [T7] a database that is gone while the beacon is there: the same till, by the server’s mark, says what it lost', async () => {
    const one = await tills.start()
    const { journal } = tillOf(await sell(one))
    const { tillId } = tills.server.journals.get(journal)!
    await until(() => localStorage.getItem(beaconKey(tills.server.accountId))!.includes('"seq":1'))
    one.till.close()
    await deleteDB(databaseName(tills.server.accountId))
    await tills.start()
    expect(registrations().at(-1)!.parent).toEqual({
      id: journal,
      headSeq: 0,
      givenSeq: 1,
      proof: { tillId, mark: 'M'.repeat(43) },
    })
  })

  /** The server has a record that no journal has. */
  function ahead(journal: string, seq: number): void {
    const id = uuid()
    tills.server.stored.set(id, {
      accountId: tills.server.accountId,
      journal,
      seq,
      id,
      receipt: '{}',
      settled: null,
      times: 1,
    })
  }
})
