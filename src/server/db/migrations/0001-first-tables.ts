import { accountTables } from './0001-first-tables/accounts.ts'
import { cardTables } from './0001-first-tables/cards.ts'
import { caseTables } from './0001-first-tables/cases.ts'
import { draftTables } from './0001-first-tables/drafts.ts'
import { holdTables } from './0001-first-tables/holds.ts'
import { offlineTables } from './0001-first-tables/offline.ts'
import { receiptTables } from './0001-first-tables/receipts.ts'
import { tillTables } from './0001-first-tables/tills.ts'
import type { Migration } from './migration.ts'

/**
 * The tables, a file for each family, in the order in which they refer to each other. Every key begins with the account,
 * so that no query can reach over to another account and PostgreSQL can be partitioned. Moments are milliseconds since
 * 1970 UTC, money is in minor units. Closed lists (kinds, states, reasons) are the program's, not the database's: a new
 * word must not need a new shape.
 *
 * Columns that are nullable and that nothing writes yet have their place here so that rows of the first release need no
 * other shape later (decision 0019).
 */
export const firstTables: Migration = {
  name: '0001-first-tables',
  sql: [
    ...accountTables,
    ...tillTables,
    ...cardTables,
    ...receiptTables,
    ...holdTables,
    ...draftTables,
    ...offlineTables,
    ...caseTables,
  ],
  insertOnly: ['programme', 'receipt', 'receipt_link', 'operation', 'entry', 'offline_policy'],
}
