import { Dexie } from 'dexie'
import { openDB } from 'idb'
import { type DeviceKeys, makeDeviceKeys, signBytes } from '../../src/client/crypto/device-key.ts'
import { redeemReceipt, uuid } from '../../src/client/testing/builders.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import { wireVersion } from '../../src/core/receipt/version.ts'
import type { SessionAnswer } from '../../src/core/wire/session.ts'
import {
  type Envelope,
  signatureHeader,
  type SyncAnswer,
  type TillAnswer,
  type TillHead,
} from '../../src/core/wire/tills.ts'

/** A record as it travels, and as all queues but ours store it. */
export interface Sent {
  seq: number
  id: string
  receipt: string
}

/** A queue of the bench: filled first, then drained against the clock. */
export interface PeerQueue {
  fill(records: readonly Sent[]): Promise<void>
  drain(): Promise<void>
}

export const batchMax = 200

/** A redemption of one kopeck by the till, under its next number. */
export function receiptOf(
  cardId: string,
  session: SessionAnswer,
  place: NonNullable<Receipt['place']>,
): Sent {
  const parts = redeemReceipt({
    author: { kind: 'employee', employeeId: session.employee.id, session: session.session, stamp: null },
  })
  const operations = parts.operations.map((one) => ({ ...one, cardId, amountKopecks: 1 }))
  const receipt = { version: wireVersion, ...parts, operations, happenedAtMs: Date.now(), place }
  return { seq: place.seq, id: parts.id, receipt: JSON.stringify(receipt) }
}

/** As much of a till as a request needs: a session, a registered key and a nonce. */
export class PeerTill {
  readonly session: SessionAnswer
  readonly #device: DeviceKeys
  #nonce: string | null = null
  #seq = 0

  private constructor(session: SessionAnswer, device: DeviceKeys) {
    this.session = session
    this.#device = device
  }

  static async open(contextKey: string): Promise<PeerTill> {
    const asked = { method: 'POST', body: JSON.stringify({ wire: wireVersion, contextKey }) }
    const session = (await (await fetch('/api/session', asked)).json()) as SessionAnswer
    const till = new PeerTill(session, await makeDeviceKeys())
    const body = {
      accountId: session.accountId,
      journal: till.#device.id,
      deviceKey: till.#device.publicKey,
      parent: null,
      storeId: null,
      speaks: true,
    }
    const request = await till.#signed('/api/till', 'PUT', body)
    request.headers.set('authorization', `Bearer ${session.token}`)
    const answer = (await (await fetch(request)).json()) as TillAnswer
    till.#nonce = answer.head.nonce
    return till
  }

  /** A fresh nonce: what is signed over it may wait for ten minutes. */
  async refresh(): Promise<void> {
    const request = await this.#signed('/api/ping', 'POST', this.#envelope())
    const answer = (await (await fetch(request)).json()) as TillHead
    this.#nonce = answer.nonce
  }

  next(cardId: string): Sent {
    return receiptOf(cardId, this.session, { journal: this.#device.id, seq: ++this.#seq })
  }

  /** A signed batch, good for ten minutes. */
  request(records: readonly Sent[]): Promise<Request> {
    const sent = records.map((record) => ({ ...record, settled: null }))
    return this.#signed('/api/sync', 'POST', { ...this.#envelope(), records: sent })
  }

  #envelope(): Envelope {
    return {
      wire: wireVersion,
      accountId: this.session.accountId,
      journal: this.#device.id,
      nonce: this.#nonce,
      headSeq: this.#seq,
      waiting: [],
      drained: false,
      grant: null,
      decidedAfterMs: 0,
      settledSeq: null,
      answeredSeq: 0,
      durable: true,
    }
  }

  /** @throws unless all of them were applied */
  async send(records: readonly Sent[]): Promise<void> {
    const response = await fetch(await this.request(records))
    const { outcomes, head } = (await response.json()) as SyncAnswer
    const applied = outcomes.every(({ outcome }) => outcome.status === 'applied')
    if (!response.ok || outcomes.length !== records.length || !applied) throw new Error('not all was applied')
    this.#nonce = head.nonce
  }

  async #signed(path: string, method: string, body: unknown): Promise<Request> {
    const bytes = new TextEncoder().encode(JSON.stringify(body))
    const headers = {
      'content-type': 'application/json',
      [signatureHeader]: await signBytes(this.#device.keys, bytes),
    }
    return new Request(path, { method, headers, body: bytes })
  }
}

/** The least that a batch queue can be: read, send, delete. */
export async function bareQueue(till: PeerTill): Promise<PeerQueue> {
  const db = await openDB(uuid(), 1, {
    upgrade: (fresh) => void fresh.createObjectStore('records', { keyPath: 'seq' }),
  })
  return {
    async fill(records) {
      const tx = db.transaction('records', 'readwrite')
      for (const record of records) void tx.store.add(record)
      await tx.done
    },
    async drain() {
      for (;;) {
        const records = (await db.getAll('records', null, batchMax)) as Sent[]
        if (records.length === 0) return
        await till.send(records)
        const tx = db.transaction('records', 'readwrite', { durability: 'strict' })
        void tx.store.delete(IDBKeyRange.bound(records[0]!.seq, records.at(-1)!.seq))
        await tx.done
      }
    },
  }
}

export async function dexieQueue(till: PeerTill): Promise<PeerQueue> {
  const db = new Dexie(uuid(), { chromeTransactionDurability: 'strict' })
  db.version(1).stores({ records: 'seq' })
  await db.open()
  const table = db.table<Sent, number>('records')
  return {
    async fill(records) {
      await table.bulkAdd(records)
    },
    async drain() {
      for (;;) {
        const records = await table.orderBy('seq').limit(batchMax).toArray()
        if (records.length === 0) return
        await till.send(records)
        await table.bulkDelete(records.map(({ seq }) => seq))
      }
    },
  }
}

/**
 * The queue that most pages take. It is made for a service worker, so a page has to pretend to be one; it stores whole
 * requests, signed before, and replays them one by one.
 */
export async function workboxQueue(till: PeerTill): Promise<PeerQueue> {
  Object.defineProperty(self, 'registration', { value: { scope: location.origin }, configurable: true })
  const { Queue } = await import('workbox-background-sync')
  const queue = new Queue(uuid(), { onSync: () => Promise.resolve() })
  return {
    async fill(records) {
      await till.refresh()
      for (const record of records) await queue.pushRequest({ request: await till.request([record]) })
    },
    drain: () => queue.replayRequests(),
  }
}
