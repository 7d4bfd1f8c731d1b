import { deleteDB } from 'idb'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closedForMs, lookAtCanary } from './canary.ts'
import { databaseName } from '../journal/database.ts'
import { TillStorage } from '../journal/storage.ts'
import { uuid } from '../testing/builders.ts'

const events = { onBlocked() {}, onOutdated() {}, onTerminated() {} }
let account: string
let storage: TillStorage
beforeEach(async () => {
  account = uuid()
  storage = await TillStorage.open(account, events, window)
})
afterEach(async () => {
  storage.close()
  await deleteDB(databaseName(account))
})

it('[O8] storage is proven when its mark is there after all pages were closed, and not before', async () => {
  expect(await lookAtCanary(storage, 1_000, true)).toBe(false)
  expect(await lookAtCanary(storage, 2_000, true)).toBe(false)
  // Another page lives: nothing was closed.
  expect(await lookAtCanary(storage, 2_000 + closedForMs, false)).toBe(false)
  expect(await lookAtCanary(storage, 2_001 + closedForMs, true)).toBe(false)
  expect(await lookAtCanary(storage, 2_001 + 2 * closedForMs, true)).toBe(true)
  expect(await lookAtCanary(storage, 2_002 + 2 * closedForMs, false)).toBe(true)
})
