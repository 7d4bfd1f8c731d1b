import * as v from 'valibot'
import type { Db } from './db.ts'
import { lockMigrations } from './migrate.ts'
import { insertOnlyTables } from './migrations/migrations.ts'
import { UnfitDatabase } from './unfit-database.ts'
import { parseShape } from '../../core/shape.ts'

const Role = v.object({ role: v.string() })
const Table = v.object({ schema: v.string(), name: v.string(), mine: v.boolean() })

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** What the server may do with a table: history grows and nothing else, the list of migrations is the owner's. */
function rightsOn(table: string): string {
  if (table === 'migration') return 'select'
  return insertOnlyTables.includes(table) ? 'select, insert' : 'select, insert, update, delete'
}

/**
 * Gives the server's role on PostgreSQL what the server needs and no more (L2): it adds to history and can neither change,
 * delete nor truncate it, nor take the guards off. The tables are those of the owner's schema that the owner made.
 *
 * @param owner the database as the role that migrates sees it
 * @param server the same database as the role that serves sees it
 * @throws UnfitDatabase when the server's role could change history all the same
 */
export async function grantRights(owner: Db, server: Db): Promise<void> {
  const role = await server.read(async (query) => {
    const rows = await query.all('select current_user as role')
    return parseShape(Role, rows[0]).role
  })
  await owner.write(async (tx) => {
    // Two processes that start at once would change the rights of one table at once, which PostgreSQL refuses.
    await lockMigrations(tx, owner.engine)
    const rows = await tx.all(
      `select schemaname as schema, tablename as name, tableowner = $1 as mine
        from pg_tables where schemaname = current_schema() and tableowner = current_user`,
      [role],
    )
    for (const { schema, name, mine } of parseShape(v.array(Table), rows)) {
      if (mine) throw tooStrong(role)
      const table = `${quoted(schema)}.${quoted(name)}`
      await tx.run(`grant usage on schema ${quoted(schema)} to ${quoted(role)}`)
      await tx.run(`revoke all on ${table} from ${quoted(role)}`)
      await tx.run(`grant ${rightsOn(name)} on ${table} to ${quoted(role)}`)
    }
  })
  await requireWeak(server, role)
}

/** A superuser, or a member of the owner's role, is stopped by no rights. */
async function requireWeak(server: Db, role: string): Promise<void> {
  const held = await server.read((query) =>
    query.all(
      `select tablename from pg_tables where schemaname = current_schema() and tablename = any(string_to_array($1, ','))
        and has_table_privilege(format('%I.%I', schemaname, tablename), 'update, delete, truncate')`,
      [insertOnlyTables.join(',')],
    ),
  )
  if (held.length > 0) throw tooStrong(role)
}

const tooStrong = (role: string) =>
  new UnfitDatabase(
    `The role ${role} of DATABASE_URL could change the history that it shall only add to: it is the owner of the tables, a ` +
      'member of the owner, or a superuser. Give the server a role of its own, or leave DATABASE_MIGRATE_URL empty.',
  )
