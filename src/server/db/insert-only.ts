import type { Db } from './db.ts'

/**
 * Triggers that refuse to change or delete a row of these tables (L2), whoever asks. On PostgreSQL they are row triggers,
 * the only ones that databases of its kind understand as well, and a `truncate` passes them by: against that, and
 * against whoever drops a trigger, stand the rights of a server that is not the owner (`rights.ts`).
 */
export function insertOnlyGuards(engine: Db['engine'], tables: readonly string[]): string[] {
  if (engine === 'sqlite') {
    return tables.flatMap((table) =>
      ['update', 'delete'].map(
        (act) =>
          `create trigger ${table}_no_${act} before ${act} on ${table}
            begin select raise(abort, '${table} is insert-only'); end`,
      ),
    )
  }
  if (tables.length === 0) return []
  return [
    `create or replace function refuse_change() returns trigger language plpgsql as
      $body$ begin raise exception '% is insert-only', tg_table_name; end $body$`,
    ...tables.map(
      (table) =>
        `create trigger ${table}_insert_only before update or delete on ${table}
          for each row execute function refuse_change()`,
    ),
  ]
}
