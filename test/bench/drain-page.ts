import { openDB } from 'idb'
import {
  databaseName,
  type Device,
  type JournalRecord,
  type TillIdentity,
} from '../../src/client/journal/database.ts'
import { Till } from '../../src/client/till/till.ts'
import { pageTillDeps } from '../support/page-till.ts'
import { bareQueue, dexieQueue, type PeerQueue, PeerTill, receiptOf, workboxQueue } from './drain-peers.ts'

/** The page of P4: the till without a screen, and the queues that it is measured against, in one page. */

export type Peer = 'bare' | 'dexie' | 'workbox'

declare global {
  interface Window {
    benchDrain: BenchDrain
  }
}

const makers: Record<Peer, (till: PeerTill) => Promise<PeerQueue>> = {
  bare: bareQueue,
  dexie: dexieQueue,
  workbox: workboxQueue,
}
/** So many records are written in one transaction when a journal is filled. */
const filledAtOnce = 1_000

export class BenchDrain {
  #till: Till | null = null
  #half: (() => void) | null = null
  readonly #queues = new Map<Peer, { till: PeerTill; queue: PeerQueue }>()

  async open(keyOf: Record<Peer | 'ours', string>): Promise<void> {
    this.#till = new Till(pageTillDeps(keyOf.ours, (event, error) => console.error(event, error)))
    await this.#till.start()
    if (!this.#till.ready) throw new Error(`the till did not open: ${this.#till.trouble}`)
    this.#till.ready.sync.stop()
    for (const peer of Object.keys(makers) as Peer[]) {
      const till = await PeerTill.open(keyOf[peer])
      this.#queues.set(peer, { till, queue: await makers[peer](till) })
    }
  }

  /**
   * Rows as an append leaves them once the screen has shown the record, written many at once: one by one is what the
   * bench of the append measures.
   */
  async fillOurs(cardId: string, count: number): Promise<void> {
    const { session } = this.#till!.ready!
    const db = await openDB(databaseName(session.accountId))
    const { ordinal } = (await db.get('identity', 'self')) as TillIdentity
    const { id: journal } = (await db.get('devices', ordinal)) as Device
    const last = await db.transaction('records').store.openKeyCursor(null, 'prev')
    const frame = `podarok-frame-${crypto.randomUUID()}`
    let seq = (last?.primaryKey as [number, number] | undefined)?.[1] ?? 0
    for (let left = count; left > 0; left -= filledAtOnce) {
      const tx = db.transaction(['records', 'unsettled', 'seen'], 'readwrite')
      for (let n = 0; n < Math.min(left, filledAtOnce); n++) {
        const { id, receipt } = receiptOf(cardId, session, { journal, seq: ++seq })
        const recordedAtMs = Date.now()
        const faces: JournalRecord['faces'] = [
          { cardId, last4: '4821', entered: 'scanned', useUntilMs: null },
        ]
        void tx.objectStore('records').add({ ordinal, seq, id, receipt, recordedAtMs, faces })
        void tx.objectStore('unsettled').add({ ordinal, seq, recordedAtMs, frame })
        void tx.objectStore('seen').add({ ordinal, seq })
      }
      await tx.done
    }
    db.close()
  }

  /** @returns milliseconds until the till knows that everything is settled */
  async drainOurs(): Promise<number> {
    const till = this.#till!
    const { sync } = till.ready!
    await till.refresh()
    const half = till.journal.state.unsettled / 2
    const startedAt = performance.now()
    const drained = new Promise<number>((resolve) => {
      const undo = till.onChange(() => {
        if (till.journal.state.unsettled <= half) this.#half?.()
        if (till.journal.state.unsettled > 0) return
        undo()
        resolve(performance.now() - startedAt)
      })
    })
    sync.start()
    const ms = await drained
    sync.stop()
    return ms
  }

  /** Resolves in the middle of the next drain. */
  halfDrained(): Promise<void> {
    return new Promise((resolve) => (this.#half = resolve))
  }

  async fillPeer(peer: Peer, cardId: string, count: number): Promise<void> {
    const { till, queue } = this.#queues.get(peer)!
    await queue.fill(Array.from({ length: count }, () => till.next(cardId)))
  }

  async drainPeer(peer: Peer): Promise<number> {
    const startedAt = performance.now()
    await this.#queues.get(peer)!.queue.drain()
    return performance.now() - startedAt
  }
}

window.benchDrain = new BenchDrain()
