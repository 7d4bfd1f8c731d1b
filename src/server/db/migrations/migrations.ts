import { firstTables } from './0001-first-tables.ts'
import type { Migration } from './migration.ts'

/** Forward only, in the order of their numbers; a test compares this list with the files. */
export const migrations: readonly Migration[] = [firstTables]

/** All tables whose rows are never changed or deleted, whichever step made them. */
export const insertOnlyTables: readonly string[] = migrations.flatMap((migration) => migration.insertOnly)
