import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Engine, freshPostgres, onBothEngines } from '../../../test/server/engines.ts'
import { freshFolder } from '../../../test/server/folders.ts'
import type { Tx } from './db.ts'
import { migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'
import { UnfitDatabase } from './unfit-database.ts'

function port(engine: Engine): void {
  let tables = 0
  async function counter(): Promise<string> {
    const name = `counter_${++tables}`
    await engine.db().write((tx) => tx.run(`create table ${name} (id text primary key, n bigint not null)`))
    return name
  }
  const put = (table: string, id: string, n: number) => (tx: Tx) =>
    tx.run(`insert into ${table} (id, n) values ($1, $2)`, [id, n])
  const ids = async (table: string) =>
    (await engine.db().read((query) => query.all(`select id from ${table} order by id`))).map(
      (row) => row['id'],
    )

  test('a transaction that throws leaves nothing, its neighbours stay', async () => {
    const table = await counter()
    const results = await Promise.allSettled(
      ['a', 'b', 'c'].map((id) =>
        engine.db().write(async (tx) => {
          await put(table, id, 1)(tx)
          if (id === 'b') throw new Error('stop')
        }),
      ),
    )
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await ids(table)).toEqual(['a', 'c'])
  })

  test('[J6] a series stops at its first failure and keeps what went before', async () => {
    const table = await counter()
    const ran: string[] = []
    const works = ['a', 'b', 'bad', 'c'].map((id) => async (tx: Tx) => {
      ran.push(id)
      await put(table, id, 1)(tx)
      if (id === 'bad') throw new Error('stop')
      return id
    })
    const series = await engine.db().writeEach(works)
    expect(series.done).toEqual(['a', 'b'])
    expect(series.failure?.error).toMatchObject({ message: 'stop' })
    // What was rolled back with another may run again; what comes after the failure never does.
    expect([...new Set(ran)]).toEqual(['a', 'b', 'bad'])
    expect(await ids(table)).toEqual(['a', 'b'])
  })

  test('where some fail, each by itself, all the others are kept, once and in order', async () => {
    const table = await counter()
    const wanted = Array.from({ length: 60 }, (_, n) => ({ n, fails: n % 7 === 3 }))
    const results = await Promise.allSettled(
      wanted.map(({ n, fails }) =>
        engine.db().write(async (tx) => {
          await put(table, String(n).padStart(2, '0'), n)(tx)
          if (fails) throw new Error(`stop ${n}`)
          return n
        }),
      ),
    )
    expect(
      results.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message)),
    ).toEqual(wanted.map(({ n, fails }) => (fails ? `stop ${n}` : n)))
    expect(await ids(table)).toEqual(
      wanted.filter(({ fails }) => !fails).map(({ n }) => String(n).padStart(2, '0')),
    )
  })

  test('[J6] series that wait together do not stop each other', async () => {
    const table = await counter()
    const series = (name: string, bad: number) =>
      engine.db().writeEach(
        [0, 1, 2, 3].map((n) => async (tx: Tx) => {
          await put(table, `${name}${n}`, n)(tx)
          if (n === bad) throw new Error(`stop ${name}`)
          return n
        }),
      )
    const [a, b, c] = await Promise.all([series('a', 1), series('b', -1), series('c', 0)])
    expect([a.done, b.done, c.done]).toEqual([[0], [0, 1, 2, 3], []])
    expect([a.failure?.error, b.failure, c.failure?.error]).toMatchObject([
      { message: 'stop a' },
      null,
      { message: 'stop c' },
    ])
    expect(await ids(table)).toEqual(['a0', 'b0', 'b1', 'b2', 'b3'])
  })

  test('[L4] many more transactions than one commit takes are all kept, in order', async () => {
    const table = await counter()
    const order: number[] = []
    const series = await engine.db().writeEach(
      Array.from({ length: 450 }, (_, n) => async (tx: Tx) => {
        order.push(n)
        await put(table, String(n), n)(tx)
        return n
      }),
    )
    expect(series.done).toHaveLength(450)
    expect(order).toEqual(series.done)
    expect(await ids(table)).toHaveLength(450)
  })

  test('[L4] a long series lets others have their turn before it ends', async () => {
    const table = await counter()
    const order: string[] = []
    const look = new Promise<void>((resolve, reject) => {
      const read = () => engine.db().read((query) => query.all(`select id from ${table}`))
      // Asked as a request asks that comes in meanwhile.
      const ask = () => read().then(() => order.push('look'))
      setImmediate(() => setImmediate(() => void ask().then(() => resolve(), reject)))
    })
    const series = engine.db().writeEach(Array.from({ length: 150 }, (_, n) => put(table, String(n), n)))
    await Promise.all([look, series.then(() => order.push('series'))])
    expect(order).toEqual(['look', 'series'])
  })

  test('placeholders may come in any order and more than once; a missing parameter is an error', async () => {
    const table = await counter()
    await engine
      .db()
      .write((tx) => tx.run(`insert into ${table} (n, id) values ($2, $1), ($2 + 1, $1 || 'b')`, ['a', 7]))
    const read = (params: (string | number)[]) =>
      engine
        .db()
        .read((query) =>
          query.all(`select id, n from ${table} where n >= $2 and id <> $1 and $1 <> id`, params),
        )
    expect(await read(['a', 7])).toEqual([{ id: 'ab', n: 8 }])
    await expect(read(['a'])).rejects.toThrow()
  })

  test('a read sees one moment, whatever is written meanwhile', async () => {
    const table = await counter()
    await engine.db().read(async (query) => {
      const before = await query.all(`select count(*) as n from ${table}`)
      await engine.db().write(put(table, 'a', 1))
      expect(await query.all(`select count(*) as n from ${table}`)).toEqual(before)
    })
    expect(await ids(table)).toEqual(['a'])
  })

  test('writing is impossible while reading', async () => {
    const table = await counter()
    await expect(engine.db().read((query) => query.run(`delete from ${table}`))).rejects.toThrow(
      /read-?only/i,
    )
  })

  test('a number that JavaScript cannot hold is an error, not a rounded sum', async () => {
    const table = await counter()
    const read = async (sql: string) => {
      await engine.db().write((tx) => tx.run(`insert into ${table} (id, n) values ('${sql}', ${sql})`))
      const rows = await engine.db().read((query) => query.all(`select n from ${table} where id = '${sql}'`))
      return rows[0]?.['n']
    }
    expect(await read('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
    await expect(read('9007199254740993')).rejects.toThrow(/integer|number/i)
  })

  test('two first writers of one key: one inserts, the other runs again and sees it', async () => {
    const table = await counter()
    const insertOrAdd = async (tx: Tx) => {
      const known = await tx.all(`select n from ${table} where id = 'k'`)
      if (known.length > 0) return tx.run(`update ${table} set n = n + 1 where id = 'k'`)
      await new Promise((resolve) => setImmediate(resolve))
      return put(table, 'k', 1)(tx)
    }
    await Promise.all(Array.from({ length: 6 }, () => engine.db().write(insertOrAdd)))
    const rows = await engine.db().read((query) => query.all(`select n from ${table}`))
    expect(rows.map((row) => row['n'])).toEqual([6])
  })

  test('locked rows make the next transaction wait, so no addition is lost', async () => {
    const table = await counter()
    await engine.db().write(put(table, 'k', 0))
    await Promise.all(
      Array.from({ length: 20 }, () =>
        engine.db().write(async (tx) => {
          const [row] = await tx.lock(`select n from ${table} where id = 'k'`)
          await tx.run(`update ${table} set n = $1 where id = 'k'`, [Number(row!['n']) + 1])
        }),
      ),
    )
    const rows = await engine.db().read((query) => query.all(`select n from ${table}`))
    expect(rows.map((row) => row['n'])).toEqual([20])
  })

  test('migrating twice does nothing the second time', async () => {
    const versions = () => engine.db().read((query) => query.all('select version from migration'))
    const before = await versions()
    await Promise.all([migrate(engine.db(), Date.now), migrate(engine.db(), Date.now)])
    expect(await versions()).toEqual(before)
  })

  test('a database newer than the program is left alone', async () => {
    await engine
      .db()
      .write((tx) =>
        tx.run(`insert into migration (version, name, digest, applied_at_ms) values (999, 'x', 'x', 0)`),
      )
    await expect(migrate(engine.db(), Date.now)).rejects.toThrow('run a newer one')
    await engine.db().write((tx) => tx.run('delete from migration where version = 999'))
  })

  test('one whose migrations were edited since is of a development version, and said to be', async () => {
    const write = (sql: string) => engine.db().write((tx) => tx.run(sql))
    await write(`update migration set digest = digest || 'x'`)
    const error = await migrate(engine.db(), Date.now).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UnfitDatabase)
    expect(String(error)).toContain('made by a development version')
    await write(`update migration set digest = replace(digest, 'x', '')`)
    await migrate(engine.db(), Date.now)
  })
}

onBothEngines('the database port', port, 'owner')

describe.each(['sqlite', 'postgres'] as const)(
  'a database from before the numbered migrations (%s)',
  (engine) => {
    test('is refused with a sentence and left as it was', async () => {
      const folder = freshFolder()
      const fresh = engine === 'postgres' ? await freshPostgres() : null
      const db = fresh ? openPostgres(fresh.url) : openSqlite(folder)
      const run = (sql: string) => db.write((tx) => tx.run(sql))
      await run('create table migration (version integer primary key, applied_at_ms bigint not null)')
      await run('insert into migration (version, applied_at_ms) values (1, 0), (2, 0), (3, 0)')
      const error = await migrate(db, Date.now).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(UnfitDatabase)
      expect(String(error)).toContain('made by a development version')
      expect(await db.read((query) => query.all('select count(*) as n from migration'))).toMatchObject([
        { n: 3 },
      ])
      await expect(run('select 1 from card')).rejects.toThrow()
      await db.close()
      await fresh?.drop()
      rmSync(folder, { recursive: true, force: true })
    })
  },
)
