import type { TillPage } from './till-page.ts'

export interface JournalRows {
  /** Receipt ids in the order of their numbers. */
  records: string[]
  /** Ids of receipts without an outcome, and of those that no screen has shown. */
  unsettled: string[]
  unseen: string[]
}

/** Reads the till's database beside the app, in the partition of its frame. */
export async function journalRows(till: TillPage, widgetUrl: string): Promise<JournalRows> {
  const frame = till.page.frames().find((one) => one.url().startsWith(widgetUrl))
  if (!frame) throw new Error('no frame of the widget')
  return frame.evaluate(async (): Promise<JournalRows> => {
    interface Row {
      ordinal: number
      seq: number
      id: string
      /** Who has to show the record; null for an undoing, which needs nobody. */
      frame: string | null
    }
    const known = (await indexedDB.databases()).find(({ name }) => name?.startsWith('podarok-'))
    const db = await new Promise<IDBDatabase>((done, failed) => {
      const opening = indexedDB.open(known!.name!)
      opening.onsuccess = () => done(opening.result)
      opening.onerror = () => failed(new Error('the journal does not open', { cause: opening.error }))
    })
    const tx = db.transaction(['records', 'unsettled', 'seen'])
    const rowsOf = (store: string) =>
      new Promise<Row[]>((done) => {
        const request = tx.objectStore(store).getAll()
        request.onsuccess = () => done(request.result as Row[])
      })
    const [records, unsettled, seen] = await Promise.all(['records', 'unsettled', 'seen'].map(rowsOf))
    db.close()
    const among = (rows: Row[], { ordinal, seq }: Row) =>
      rows.find((row) => row.ordinal === ordinal && row.seq === seq)
    const idOf = (row: Row) => among(records!, row)!.id
    return {
      records: records!.map(({ id }) => id),
      unsettled: unsettled!.map(idOf),
      unseen: unsettled!.filter((row) => row.frame !== null && !among(seen!, row)).map(idOf),
    }
  })
}
