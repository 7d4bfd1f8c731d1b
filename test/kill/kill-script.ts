/* eslint-disable @typescript-eslint/unbound-method -- the browser's own methods are kept, and called on their objects */
import type { KillSettings, Note, Point, Shown } from './points.ts'

/**
 * Runs in every frame before its page does, as text: it may use nothing from outside. It watches the journal, the line and
 * the screen of the widget, and at one point it stops the thread until the process is dead.
 */
export function killScript(settings: KillSettings, bindingName: string): void {
  if (location.origin !== settings.widgetOrigin || window === top) return
  const tell = (window as unknown as Record<string, (note: Note) => unknown>)[bindingName]!

  function at(point: Point): void {
    if (point !== settings.point) return
    tell({ kind: 'point', point })
    const until = performance.now() + 60_000
    while (performance.now() < until);
  }

  // The journal.

  interface Passed {
    receiptId?: string
    marked?: boolean
    outcomeAdded?: boolean
  }
  const passed = new WeakMap<IDBTransaction, Passed>()
  const database = IDBDatabase.prototype
  const store = IDBObjectStore.prototype
  const transaction = IDBTransaction.prototype
  const real = {
    transaction: database.transaction,
    add: store.add,
    put: store.put,
    commit: transaction.commit,
  }

  database.transaction = function (stores, mode, options) {
    const tx = real.transaction.call(this, stores, mode, options)
    if (mode !== 'readwrite') return tx
    const names = typeof stores === 'string' ? [stores] : [...stores]
    tell({ kind: 'write', stores: names, durability: options?.durability ?? 'default' })
    const done: Passed = {}
    passed.set(tx, done)
    // The first listener: the app hears of it after us, or never.
    tx.addEventListener('complete', () => {
      if (done.receiptId !== undefined) {
        tell({ kind: 'committed', id: done.receiptId })
        at('committed')
      }
      if (done.marked) at('seen')
      if (done.outcomeAdded) at('settled')
    })
    return tx
  }
  store.add = function (value: unknown, key) {
    const done = passed.get(this.transaction) ?? {}
    if (this.name === 'records') {
      const { id, seq } = value as { id: string; seq: number }
      at('appending')
      tell({ kind: 'adding', id, seq })
      done.receiptId = id
    }
    if (this.name === 'outcomes') {
      at('settling')
      done.outcomeAdded = true
    }
    mark(this)
    return key === undefined ? real.add.call(this, value) : real.add.call(this, value, key)
  }
  /** A record is marked as shown: by its screen, which puts the mark, or by a cashier who keeps a ghost, which adds it. */
  const mark = (marks: IDBObjectStore): void => {
    if (marks.name !== 'seen') return
    at('shown')
    const done = passed.get(marks.transaction)
    if (done) done.marked = true
  }
  store.put = function (value: unknown, key) {
    mark(this)
    return key === undefined ? real.put.call(this, value) : real.put.call(this, value, key)
  }
  transaction.commit = function () {
    const appends = passed.get(this)?.receiptId !== undefined
    if (appends) at('added')
    real.commit.call(this)
    if (appends) at('committing')
  }

  // The line.

  const realFetch = window.fetch
  window.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href)
    if (url.pathname !== '/api/sync') return realFetch(input, init)
    if (settings.deletesBeforeSend) await deleteSent(init?.body)
    at('sending')
    const going = realFetch(input, init)
    at('sent')
    const response = await going
    at('answered')
    response.text = async () => {
      const text = await Response.prototype.text.call(response)
      at('read')
      return text
    }
    return response
  }

  /** What a queue does that takes a message out before it is delivered. */
  async function deleteSent(body: unknown): Promise<void> {
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array<ArrayBuffer>)
    const { journal, records } = JSON.parse(text) as { journal: string; records: { seq: number }[] }
    const [known] = await indexedDB.databases()
    await new Promise<void>((done, failed) => {
      const opening = indexedDB.open(known!.name!)
      opening.onerror = () => failed(opening.error!)
      opening.onsuccess = () => {
        const db = opening.result
        const stores = ['records', 'unsettled', 'seen']
        const all = [...stores, 'devices']
        const tx = real.transaction.call(db, all, 'readwrite', { durability: 'strict' })
        const devices = tx.objectStore('devices').getAll()
        devices.onsuccess = () => {
          const known = devices.result as { ordinal: number; id: string }[]
          const { ordinal } = known.find(({ id }) => id === journal)!
          for (const { seq } of records) {
            for (const name of stores) tx.objectStore(name).delete([ordinal, seq])
          }
        }
        tx.oncomplete = () => {
          db.close()
          done()
        }
      }
    })
  }

  // The screen.

  const shownBy: Record<Shown, RegExp> = {
    recorded: /Записано, ждём ответа/,
    promised: /Принято без связи/,
    redeemed: /списано \d/,
    loaded: /активирована на \d/,
  }
  const inDocument = new Set<Shown>()
  new MutationObserver(() => {
    const text = document.body?.textContent ?? ''
    for (const [shown, words] of Object.entries(shownBy) as [Shown, RegExp][]) {
      if (inDocument.has(shown) || !words.test(text)) continue
      inDocument.add(shown)
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          tell({ kind: 'painted', shown })
          if (shown === 'redeemed' || shown === 'loaded') at('painted')
        }),
      )
    }
  }).observe(document, { childList: true, subtree: true, characterData: true })

  // MoySklad's words.

  let opened = 0
  window.addEventListener('message', ({ data }: MessageEvent<{ name?: string; objectId?: string }>) => {
    if (data?.name === 'Open' && data.objectId && opened++ === settings.salesBefore) at('opened')
  })
}
