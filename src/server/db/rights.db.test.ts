import { expect, test } from 'vitest'
import { freshPostgres } from '../../../test/server/engines.ts'
import type { Db } from './db.ts'
import { insertOnlyTables } from './migrations/migrations.ts'
import { migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'
import { prepareDatabase } from './prepare.ts'
import { UnfitDatabase } from './unfit-database.ts'

const accountId = 'a'
const history: readonly string[] = [
  `insert into programme (account_id, id, version, body, set_by, set_at_ms) values ('a', 'p', 1, '{}', 'e', 0)`,
  `insert into offline_policy (account_id, version, body, set_by, set_at_ms) values ('a', 1, '{}', 'e', 0)`,
  `insert into card (account_id, id, programme_id, number_hash, last4, status, paid, granted, chain_length, chain_head,
    changed_at_ms) values ('a', 'c', 'p', 'h', '4821', 'unsold', 0, 0, 0, '', 0)`,
  `insert into receipt (account_id, id, body, digest, posted_at_ms, status, outcome)
    values ('a', 'r', '{}', 'd', 0, 'applied', '{}')`,
  `insert into receipt_link (account_id, receipt_id, document_id, linked_by) values ('a', 'r', 'd', 'r')`,
  `insert into operation (account_id, receipt_id, n, card_id, kind, status_after, paid_after, granted_after, loss,
    posted_at_ms, chain_n, hash) values ('a', 'r', 0, 'c', 'load', 'active', 0, 0, 0, 0, 1, '')`,
  `insert into entry (account_id, receipt_id, operation_n, n, account, card_id, amount)
    values ('a', 'r', 0, 0, 'sold', 'c', 1)`,
]
const acts = (table: string) => [`update ${table} set account_id = 'b'`, `delete from ${table}`]
const run = (db: Db, sql: string) => db.write((tx) => tx.run(sql))

async function database() {
  const { url, serverUrl, drop } = await freshPostgres()
  const [owner, server] = [openPostgres(url), openPostgres(serverUrl)]
  return {
    url,
    owner,
    server,
    close: async () => {
      await Promise.all([owner.close(), server.close()])
      await drop()
    },
  }
}

// Said here once more, so that a table does not drop out of the guarded ones unseen.
test('[L2] history is these tables', () => {
  expect([...insertOnlyTables].sort()).toEqual([
    'entry',
    'offline_policy',
    'operation',
    'programme',
    'receipt',
    'receipt_link',
  ])
})

test('[L2] a server that is not the owner adds to history and neither changes, deletes nor truncates it', async () => {
  const { url, owner, server, close } = await database()
  await prepareDatabase(server, url, Date.now)
  for (const sql of history) expect(await run(server, sql)).toBe(1)
  for (const table of insertOnlyTables) {
    for (const act of [
      ...acts(table),
      `truncate ${table} cascade`,
      `alter table ${table} disable trigger all`,
    ]) {
      await expect(run(server, act), act).rejects.toThrow(/permission denied|must be owner/)
    }
    // The owner is stopped by the triggers still.
    for (const act of acts(table)) await expect(run(owner, act), act).rejects.toThrow('is insert-only')
    expect(await server.read((query) => query.all(`select account_id from ${table}`))).toEqual([
      { account_id: accountId },
    ])
  }
  await expect(run(server, 'delete from migration')).rejects.toThrow('permission denied')
  // What is no history it keeps up to date, and it may start again without the owner.
  expect(await run(server, `update card set changed_at_ms = 1`)).toBe(1)
  await prepareDatabase(server, null, Date.now)
  await close()
})

test('[L2] where one role owns and serves, triggers refuse to change and delete', async () => {
  const { owner, close } = await database()
  await prepareDatabase(owner, null, Date.now)
  for (const sql of history) expect(await run(owner, sql)).toBe(1)
  for (const table of insertOnlyTables) {
    for (const act of acts(table)) await expect(run(owner, act), act).rejects.toThrow('is insert-only')
  }
  await close()
})

test('rights that were given by hand before are taken back', async () => {
  const { url, owner, server, close } = await database()
  await migrate(owner, Date.now)
  await run(owner, 'grant all on all tables in schema public to podarok_server')
  await prepareDatabase(server, url, Date.now)
  await expect(run(server, 'truncate entry')).rejects.toThrow('permission denied')
  await close()
})

test('a server’s role that could change history all the same does not start', async () => {
  const { url, owner, server, close } = await database()
  await expect(prepareDatabase(owner, url, Date.now)).rejects.toThrow(UnfitDatabase)
  await run(owner, 'grant all on all tables in schema public to public')
  await expect(prepareDatabase(server, url, Date.now)).rejects.toThrow('could change the history')
  await close()
})

test('a server that may not migrate an empty database says whom it needs', async () => {
  const { server, close } = await database()
  const error = await prepareDatabase(server, null, Date.now).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UnfitDatabase)
  expect(String(error)).toContain('DATABASE_MIGRATE_URL')
  await close()
})

test('every key begins with the account', async () => {
  const { owner, close } = await database()
  await migrate(owner, Date.now)
  const keys = await owner.read((query) =>
    query.all(
      `select i.indexrelid::regclass::text as key, a.attname as first from pg_index i
        join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indisunique and c.relnamespace = 'public'::regnamespace and c.relname <> 'migration'`,
    ),
  )
  expect(keys.length).toBeGreaterThan(20)
  expect(keys.filter(({ first }) => first !== 'account_id')).toEqual([])
  await close()
})
