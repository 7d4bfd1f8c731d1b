import type { Db, Query, Tx, Work } from '../../../src/server/db/db.ts'

/** A database whose process is killed at a statement that was counted out beforehand. */
export interface Doomed {
  db: Db
  /** @param statements how many more writing statements the process lives */
  after(statements: number): void
}

/** @param onDeath called in the middle of the transaction, before the statement that is not reached any more */
export function doomed(db: Db, onDeath: () => void): Doomed {
  let left = Infinity
  const counted = (tx: Tx): Tx => ({
    all: (...args) => tx.all(...args),
    lock: (...args) => tx.lock(...args),
    run: (...args) => {
      if (--left === 0) onDeath()
      return tx.run(...args)
    },
  })
  const within =
    <T>(work: Work<T>): Work<T> =>
    (tx) =>
      work(counted(tx))
  return {
    db: {
      engine: db.engine,
      read: <T>(work: (query: Query) => Promise<T>) => db.read(work),
      write: (work) => db.write(within(work)),
      writeEach: (works) => db.writeEach(works.map(within)),
      close: () => db.close(),
    },
    after(statements) {
      left = statements
    },
  }
}
