import type { TillPage } from '../e2e/till-page.ts'

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
    type Row = { epoch: number; seq: number; id: string }
    const known = (await indexedDB.databases()).find(({ name }) => name?.startsWith('podarok-'))
    const db = await new Promise<IDBDatabase>((done, failed) => {
      const opening = indexedDB.open(known!.name!)
      opening.onsuccess = () => done(opening.result)
      opening.onerror = () => failed(new Error('the journal does not open', { cause: opening.error }))
    })
    const names = ['records', 'unsettled', 'unseen'].filter((name) => db.objectStoreNames.contains(name))
    const tx = db.transaction(names)
    const [records, unsettled, unseen] = await Promise.all(
      names.map(
        (name) =>
          new Promise<Row[]>((done) => {
            const request = tx.objectStore(name).getAll()
            request.onsuccess = () => done(request.result as Row[])
          }),
      ),
    )
    db.close()
    const idsOf = (rows: Row[] = []) =>
      rows.map((row) => records!.find(({ epoch, seq }) => epoch === row.epoch && seq === row.seq)!.id)
    return { records: records!.map(({ id }) => id), unsettled: idsOf(unsettled), unseen: idsOf(unseen) }
  })
}
