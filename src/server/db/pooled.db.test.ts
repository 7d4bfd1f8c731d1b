import pg from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import { freshPostgres } from '../../../test/server/engines.ts'
import type { Query } from './db.ts'
import { migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'

afterEach(() => vi.restoreAllMocks())

const timeouts = async (query: Query) =>
  query.all(
    `select current_setting('statement_timeout') as statement,
      current_setting('idle_in_transaction_session_timeout') as idle, $1 as said`,
    ['x'],
  )

test.each([
  ['behind a pooler no statement has a name, and', true],
  ['without one every statement has a name, and', false],
])('%s both timeouts hold in each transaction', async (_, pooled) => {
  const { url, drop } = await freshPostgres()
  const sent = vi.spyOn(pg.Client.prototype, 'query')
  const db = openPostgres(url, { pooled })
  await migrate(db, Date.now)
  const held = [{ statement: '15s', idle: '15s', said: 'x' }]
  expect(await db.read(timeouts)).toEqual(held)
  expect(await db.write(timeouts)).toEqual(held)
  const names = await db.read((query) =>
    query.all('select name from pg_prepared_statements where $1 = $1', [1]),
  )
  const named = sent.mock.calls.flatMap(([query]) => (query as { name?: string }).name ?? [])
  if (pooled) {
    expect(names).toEqual([])
    expect(named).toEqual([])
  } else {
    expect(names.length).toBeGreaterThan(0)
    expect(named.length).toBeGreaterThan(0)
  }
  // What the connection was opened with: a pooler refuses these, or passes them over.
  const [opened] = sent.mock.contexts as unknown as { connectionParameters: Record<string, unknown> }[]
  expect(Boolean(opened!.connectionParameters['statement_timeout'])).toBe(!pooled)
  expect(Boolean(opened!.connectionParameters['idle_in_transaction_session_timeout'])).toBe(!pooled)
  await db.close()
  await drop()
})

test('with a pooler too, a slow statement ends, and its connection serves on', async () => {
  const { url, drop } = await freshPostgres()
  const db = openPostgres(url, { pooled: true })
  await expect(
    db.write(async (tx) => {
      await tx.run('set local statement_timeout = 50')
      await tx.all('select pg_sleep($1)', [5])
    }),
  ).rejects.toThrow('statement timeout')
  expect(await db.write(timeouts)).toMatchObject([{ statement: '15s' }])
  await db.close()
  await drop()
})
