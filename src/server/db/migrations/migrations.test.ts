import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { migrations } from './migrations.ts'

test('the list of migrations is the files, in the order of their numbers, none left out', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => /^\d.*\.ts$/.test(file))
    .sort()
  expect(migrations.map(({ name }) => `${name}.ts`)).toEqual(files)
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, index) => index + 1))
})

test('every table that is only added to is made by the migration that says so', () => {
  for (const { sql, insertOnly } of migrations) {
    for (const table of insertOnly) expect(sql.join('\n')).toContain(`create table ${table} (`)
  }
})
