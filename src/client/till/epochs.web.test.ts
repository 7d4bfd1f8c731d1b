import { deleteDB } from 'idb'
import { describe, expect, it } from 'vitest'
import type { SyncRequest } from '../../core/wire/tills.ts'
import { beaconKey } from '../journal/beacon.ts'
import { databaseName } from '../journal/database.ts'
import { uuid } from '../testing/builders.ts'
import { evict } from '../testing/open-journal.ts'
import { TestTills, drain, sell, tillOf, until } from '../testing/till-rig.ts'

const tills = new TestTills()

describe('keys that change', () => {
  it('[F19] a rotation whose answer is lost is asked for again with the same key', async () => {
    tills.server.rotate = true
    const one = await tills.start()
    tills.server.cut = (name) => (name.includes('rotate') ? 'after' : null)
    await drain(one)
    const [told] = tills.server.named('POST /api/till/rotate')
    // The old key stays in use until the server has answered.
    const between = await sell(one)
    expect(tillOf(between)).toMatchObject({ epoch: 1 })
    one.till.close()
    tills.server.cut = null
    const two = await tills.start()
    await drain(two)
    const again = tills.server.named('POST /api/till/rotate')
    expect(again.at(-1)!.body).toMatchObject({ next: (told!.body as { next: object }).next })
    const after = await sell(two)
    await drain(two)
    expect(tillOf(after)).toMatchObject({ epoch: 2, seq: 1, tillId: tillOf(between).tillId })
    expect(tills.server.of(tillOf(after).tillId, 2)).toHaveLength(1)
  })

  it('[J5] batches go per epoch, the oldest first, each signed by its own key', async () => {
    const one = await tills.start()
    tills.server.cut = (name) => (name.includes('/sync') ? 'before' : null)
    const old = await sell(one)
    await drain(one)
    one.till.close()
    const { tillId } = tillOf(old)
    localStorage.setItem(beaconKey(tills.server.accountId), JSON.stringify({ tillId, epoch: 1, seq: 2 }))
    const two = await tills.start()
    const fresh = await sell(two)
    tills.server.cut = null
    tills.server.calls.length = 0
    two.tick()
    await until(() => tills.server.stored.size === 2)
    const sent = tills.server.named('POST /api/sync').map(({ body }) => (body as SyncRequest).till.epoch)
    expect(sent).toEqual([1, 2])
    expect([...tills.server.stored.keys()]).toEqual([old.id, fresh.id])
  })
})

describe('a journal that has lost its tail', () => {
  it('[F7] [F8] the beacon is ahead: a new epoch, no number twice, and the server is told what is gone', async () => {
    const one = await tills.start()
    const first = await sell(one)
    await drain(one)
    one.till.close()
    const { tillId } = tillOf(first)
    localStorage.setItem(beaconKey(tills.server.accountId), JSON.stringify({ tillId, epoch: 1, seq: 3 }))
    tills.server.calls.length = 0
    const two = await tills.start()
    expect(tills.server.named('PUT /api/till')[0]!.body).toMatchObject({
      id: tillId,
      epoch: 2,
      lost: { epoch: 1, fromSeq: 2, toSeq: 3 },
    })
    expect(tillOf(await sell(two))).toEqual({ tillId, epoch: 2, seq: 1 })
    two.till.close()
    const three = await tills.start()
    expect(tills.server.named('PUT /api/till').at(-1)!.body).toMatchObject({ epoch: 2, lost: null })
    expect(three.till.trouble).toBeNull()
  })

  it('[F7] [F8] the server is ahead at the start: a new epoch at once', async () => {
    const one = await tills.start()
    const { tillId } = tillOf(await sell(one))
    await drain(one)
    ahead(tillId, 1, 5)
    one.till.close()
    const two = await tills.start()
    expect(tills.server.named('PUT /api/till').at(-1)!.body).toMatchObject({
      epoch: 2,
      lost: { epoch: 1, fromSeq: 2, toSeq: 5 },
    })
    expect(tillOf(await sell(two))).toEqual({ tillId, epoch: 2, seq: 1 })
  })

  it('[F9] the server is ahead in the middle of a shift: all frames go on in a new epoch', async () => {
    const one = await tills.start()
    const other = await tills.start()
    const { tillId } = tillOf(await sell(one))
    await drain(one)
    ahead(tillId, 1, 5)
    await drain(one)
    expect(tillOf(await sell(one))).toEqual({ tillId, epoch: 2, seq: 1 })
    await until(async () => tillOf(await sell(other)).epoch === 2)
  })

  it('[F9] a copy of the till was faster with a key for the epoch: the next one begins, and what was written before comes', async () => {
    const one = await tills.start()
    const { tillId } = tillOf(await sell(one))
    await drain(one)
    tills.server.cut = (name) => (name === 'POST /api/sync' ? 'before' : null)
    const unsent = await sell(one)
    await drain(one)
    // Any other point of the curve.
    tills.server.keys.set(`${tillId}/1`, [(await tills.server.sealing).publicKey])
    tills.server.cut = null
    await until(async () => {
      await drain(one)
      return one.till.state.unsettled === 0
    })
    expect(tills.server.of(tillId, 1).map(({ id }) => id)).toContain(unsent.id)
    const after = tillOf(await sell(one))
    expect(after).toMatchObject({ tillId, seq: 1 })
    expect(after.epoch).toBeGreaterThan(1)
    await drain(one)
    expect(tills.server.of(tillId, after.epoch)).toHaveLength(1)
  })

  it('[F6] an evicted partition makes a new till, and nothing of the old one is continued', async () => {
    const one = await tills.start()
    const before = tillOf(await sell(one))
    await drain(one)
    one.till.close()
    await evict(tills.server.accountId)
    const two = await tills.start()
    const after = tillOf(await sell(two))
    expect(after.tillId).not.toBe(before.tillId)
    expect(after).toMatchObject({ epoch: 1, seq: 1 })
    await drain(two)
    expect(tills.server.stored.size).toBe(2)
  })

  it('[F7] a database that is gone while the beacon is there: the same till says what it lost', async () => {
    const one = await tills.start()
    const { tillId } = tillOf(await sell(one))
    one.till.close()
    await deleteDB(databaseName(tills.server.accountId))
    await tills.start()
    expect(tills.server.named('PUT /api/till').at(-1)!.body).toMatchObject({
      id: tillId,
      epoch: 2,
      lost: { epoch: 1, fromSeq: 1, toSeq: 1 },
    })
  })

  /** The server has a record that no journal has. */
  function ahead(tillId: string, epoch: number, seq: number): void {
    const id = uuid()
    tills.server.stored.set(id, {
      accountId: tills.server.accountId,
      tillId,
      epoch,
      seq,
      id,
      receipt: '{}',
      settled: null,
      times: 1,
    })
  }
})
