import { deleteDB } from 'idb'
import { describe, expect, it } from 'vitest'
import type { SyncRequest } from '../../core/wire/tills.ts'
import { beaconKey } from '../journal/beacon.ts'
import { databaseName } from '../journal/database.ts'
import { uuid } from '../testing/builders.ts'
import { evict } from '../testing/open-journal.ts'
import { Counter, drain, sell, tillOf, until } from '../testing/till-rig.ts'

const counter = new Counter()

describe('keys that change', () => {
  it('[F19] a rotation whose answer is lost is asked for again with the same key', async () => {
    counter.server.rotate = true
    const one = await counter.start()
    counter.server.cut = (name) => (name.includes('rotate') ? 'after' : null)
    await drain(one)
    const [told] = counter.server.named('POST /api/till/rotate')
    // The old key stays in use until the server has answered.
    const between = await sell(one)
    expect(tillOf(between)).toMatchObject({ epoch: 1 })
    one.till.close()
    counter.server.cut = null
    const two = await counter.start()
    await drain(two)
    const again = counter.server.named('POST /api/till/rotate')
    expect(again.at(-1)!.body).toMatchObject({ next: (told!.body as { next: object }).next })
    const after = await sell(two)
    await drain(two)
    expect(tillOf(after)).toMatchObject({ epoch: 2, seq: 1, tillId: tillOf(between).tillId })
    expect(counter.server.of(tillOf(after).tillId, 2)).toHaveLength(1)
  })

  it('[J5] batches go per epoch, the oldest first, each signed by its own key', async () => {
    const one = await counter.start()
    counter.server.cut = (name) => (name.includes('/sync') ? 'before' : null)
    const old = await sell(one)
    await drain(one)
    one.till.close()
    const { tillId } = tillOf(old)
    localStorage.setItem(beaconKey(counter.server.accountId), JSON.stringify({ tillId, epoch: 1, seq: 2 }))
    const two = await counter.start()
    const fresh = await sell(two)
    counter.server.cut = null
    counter.server.calls.length = 0
    two.tick()
    await until(() => counter.server.stored.size === 2)
    const sent = counter.server.named('POST /api/sync').map(({ body }) => (body as SyncRequest).till.epoch)
    expect(sent).toEqual([1, 2])
    expect([...counter.server.stored.keys()]).toEqual([old.id, fresh.id])
  })
})

describe('a journal that has lost its tail', () => {
  it('[F7] [F8] the beacon is ahead: a new epoch, no number twice, and the server is told what is gone', async () => {
    const one = await counter.start()
    const first = await sell(one)
    await drain(one)
    one.till.close()
    const { tillId } = tillOf(first)
    localStorage.setItem(beaconKey(counter.server.accountId), JSON.stringify({ tillId, epoch: 1, seq: 3 }))
    counter.server.calls.length = 0
    const two = await counter.start()
    expect(counter.server.named('PUT /api/till')[0]!.body).toMatchObject({
      id: tillId,
      epoch: 2,
      lost: { epoch: 1, fromSeq: 2, toSeq: 3 },
    })
    expect(tillOf(await sell(two))).toEqual({ tillId, epoch: 2, seq: 1 })
    two.till.close()
    const three = await counter.start()
    expect(counter.server.named('PUT /api/till').at(-1)!.body).toMatchObject({ epoch: 2, lost: null })
    expect(three.till.trouble).toBeNull()
  })

  it('[F7] [F8] the server is ahead at the start: a new epoch at once', async () => {
    const one = await counter.start()
    const { tillId } = tillOf(await sell(one))
    await drain(one)
    ahead(tillId, 1, 5)
    one.till.close()
    const two = await counter.start()
    expect(counter.server.named('PUT /api/till').at(-1)!.body).toMatchObject({
      epoch: 2,
      lost: { epoch: 1, fromSeq: 2, toSeq: 5 },
    })
    expect(tillOf(await sell(two))).toEqual({ tillId, epoch: 2, seq: 1 })
  })

  it('[F9] the server is ahead in the middle of a shift: all frames go on in a new epoch', async () => {
    const one = await counter.start()
    const other = await counter.start()
    const { tillId } = tillOf(await sell(one))
    await drain(one)
    ahead(tillId, 1, 5)
    await drain(one)
    expect(tillOf(await sell(one))).toEqual({ tillId, epoch: 2, seq: 1 })
    await until(async () => tillOf(await sell(other)).epoch === 2)
  })

  it('[F9] a copy of the till was faster with a key for the epoch: the next one begins, and what was written before comes', async () => {
    const one = await counter.start()
    const { tillId } = tillOf(await sell(one))
    await drain(one)
    counter.server.cut = (name) => (name === 'POST /api/sync' ? 'before' : null)
    const unsent = await sell(one)
    await drain(one)
    // Any other point of the curve.
    counter.server.keys.set(`${tillId}/1`, [(await counter.server.sealing).publicKey])
    counter.server.cut = null
    await until(async () => {
      await drain(one)
      return one.till.state.unsettled === 0
    })
    expect(counter.server.of(tillId, 1).map(({ id }) => id)).toContain(unsent.id)
    const after = tillOf(await sell(one))
    expect(after).toMatchObject({ tillId, seq: 1 })
    expect(after.epoch).toBeGreaterThan(1)
    await drain(one)
    expect(counter.server.of(tillId, after.epoch)).toHaveLength(1)
  })

  it('[F6] an evicted partition makes a new till, and nothing of the old one is continued', async () => {
    const one = await counter.start()
    const before = tillOf(await sell(one))
    await drain(one)
    one.till.close()
    await evict(counter.server.accountId)
    const two = await counter.start()
    const after = tillOf(await sell(two))
    expect(after.tillId).not.toBe(before.tillId)
    expect(after).toMatchObject({ epoch: 1, seq: 1 })
    await drain(two)
    expect(counter.server.stored.size).toBe(2)
  })

  it('[F7] a database that is gone while the beacon is there: the same till says what it lost', async () => {
    const one = await counter.start()
    const { tillId } = tillOf(await sell(one))
    one.till.close()
    await deleteDB(databaseName(counter.server.accountId))
    await counter.start()
    expect(counter.server.named('PUT /api/till').at(-1)!.body).toMatchObject({
      id: tillId,
      epoch: 2,
      lost: { epoch: 1, fromSeq: 1, toSeq: 1 },
    })
  })

  /** The server has a record that no journal has. */
  function ahead(tillId: string, epoch: number, seq: number): void {
    const id = uuid()
    counter.server.stored.set(id, {
      accountId: counter.server.accountId,
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
