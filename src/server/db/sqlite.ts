import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as breath } from 'node:timers/promises'
import type { Db, Query, Series, Tx, Work } from './db.ts'
import { lockFolder } from './folder-lock.ts'
import { connectSqlite, type SqliteConnection } from './sqlite-connection.ts'

/** At most this many transactions share one commit (L4): one wait for the disk serves them all, and a batch of a till. */
const groupMax = 200
/** After so many of them the event loop has its turn: a cashier's scan is not kept waiting by another till's queue. */
const breathAfter = 20

/** A transaction that waits its turn. */
interface Job {
  work: (tx: Tx) => Promise<unknown>
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
  /** Shared by the jobs of one series: after one failed the others do not run. */
  series: { failed: boolean } | null
}

/** The series stopped before this transaction; nothing of it ran. */
class SeriesStopped extends Error {
  override name = 'SeriesStopped'
}

export const databaseFile = (folder: string) => join(folder, 'podarok.sqlite')

/**
 * SQLite in a folder that belongs to this process alone.
 *
 * One connection writes, in the order of arrival. Transactions that wait together share a commit, and no promise resolves
 * before it is on disk. Where one of them fails, all is rolled back and runs again, that one by itself: a savepoint for
 * each, which copies every page that it touches, would be a third of a batch's time, and hardly ever does one fail.
 * Another connection reads, so that a till never waits for a report.
 *
 * @throws FolderTaken
 */
export function openSqlite(folder: string): Db {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(folder)
  try {
    const writer = connectSqlite(databaseFile(folder), false)
    const reader = connectSqlite(databaseFile(folder), true)
    return sqliteDb(writer, reader, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

/** Reads beside a running server, without its lock; writing throws. */
export function openSqliteReadOnly(folder: string): Db {
  const reader = connectSqlite(databaseFile(folder), true)
  return sqliteDb(null, reader, () => undefined)
}

function sqliteDb(writer: SqliteConnection | null, reader: SqliteConnection, unlock: () => void): Db {
  const queue = writer ? createQueue(writer) : null
  const reads = createReads(reader)
  let closed: Promise<void> | null = null

  function enqueue<T>(work: Work<T>, series: Job['series']): Promise<T> {
    if (!queue) return Promise.reject(new Error('this database is open for reading only'))
    return queue.add(work, series)
  }
  return {
    engine: 'sqlite',
    read: (work) => reads.add(work),
    write: (work) => enqueue(work, null),
    async writeEach<T>(works: readonly Work<T>[]): Promise<Series<T>> {
      const series = { failed: false }
      const settled = await Promise.allSettled(works.map((work) => enqueue(work, series)))
      const done: T[] = []
      for (const result of settled) {
        if (result.status === 'rejected') return { done, failure: { error: result.reason } }
        done.push(result.value)
      }
      return { done, failure: null }
    },
    close() {
      closed ??= (async () => {
        await queue?.drain()
        await reads.drain()
        reader.close()
        writer?.close()
        unlock()
      })()
      return closed
    },
  }
}

/** One read at a time on the reading connection: a second `begin` inside the first would be an error. */
function createReads(reader: SqliteConnection) {
  let last: Promise<unknown> = Promise.resolve()
  async function snapshot<T>(work: (query: Query) => Promise<T>): Promise<T> {
    reader.exec('begin')
    try {
      return await work(reader.tx)
    } finally {
      reader.exec('commit')
    }
  }
  return {
    add<T>(work: (query: Query) => Promise<T>): Promise<T> {
      const mine = last.then(() => snapshot(work))
      // The next read waits for this one to end; whether it failed is its own caller's business.
      last = mine.catch(() => undefined)
      return mine
    },
    drain: () => last,
  }
}

function createQueue(writer: SqliteConnection) {
  const waiting: Job[] = []
  let flushing = false
  let idle: (() => void)[] = []

  function add<T>(work: Work<T>, series: Job['series']): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as Job['resolve'], reject, series })
      if (!flushing) {
        flushing = true
        // One turn of the event loop lets requests that arrived together share a commit.
        setImmediate(() => void flush())
      }
    })
  }

  async function flush(): Promise<void> {
    await runGroup(waiting.splice(0, groupMax))
    if (waiting.length > 0) {
      setImmediate(() => void flush())
      return
    }
    flushing = false
    for (const tell of idle) tell()
    idle = []
  }

  /** Runs jobs to one commit and settles every one of them; never rejects itself. */
  async function runGroup(all: readonly Job[]): Promise<void> {
    const jobs: Job[] = []
    for (const job of all) {
      if (job.series?.failed) job.reject(new SeriesStopped('an earlier transaction of the series failed'))
      else jobs.push(job)
    }
    if (jobs.length === 0) return
    const values: unknown[] = []
    try {
      writer.exec('begin immediate')
      for (const job of jobs) {
        if (values.length > 0 && values.length % breathAfter === 0) await breath()
        values.push(await job.work(writer.tx))
      }
      writer.exec('commit')
    } catch (error) {
      // A full disk and the like end the whole transaction: then nothing of this group is kept.
      const isOfOneJob = writer.inTransaction && values.length < jobs.length
      if (writer.inTransaction) writer.exec('rollback')
      if (isOfOneJob && jobs.length > 1) await runApart(jobs, values.length)
      else for (const job of jobs) fail(job, error)
      return
    }
    for (const [n, job] of jobs.entries()) job.resolve(values[n])
  }

  /** The job at this place has failed: it runs again alone, and so do those before it and those after it together. */
  async function runApart(jobs: readonly Job[], at: number): Promise<void> {
    await runGroup(jobs.slice(0, at))
    await runGroup(jobs.slice(at, at + 1))
    await runGroup(jobs.slice(at + 1))
  }

  function fail(job: Job, error: unknown): void {
    if (job.series) job.series.failed = true
    job.reject(error)
  }

  return {
    add,
    drain: () => (flushing ? new Promise<void>((resolve) => idle.push(resolve)) : Promise.resolve()),
  }
}
