/** One step forward of the database. Its number is the one in its file's name; a released one is never edited. */
export interface Migration {
  /** The file's name without its ending: `0001-first-tables`. */
  name: string
  /** Both engines take this text. */
  sql: readonly string[]
  /** Tables of this step whose rows are never changed or deleted (L2); each engine guards them in its own words. */
  insertOnly: readonly string[]
}
