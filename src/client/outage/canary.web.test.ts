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
  const look = (nowMs: number) => lookAtCanary(storage, nowMs, nowMs)
  expect(await look(1_000)).toBe(false)
  expect(await look(2_000)).toBe(false)
  // Another page lives: nothing was closed.
  expect(await lookAtCanary(storage, 2_000 + closedForMs, null)).toBe(false)
  expect(await look(2_001 + closedForMs)).toBe(false)
  expect(await look(2_001 + 2 * closedForMs)).toBe(true)
  expect(await lookAtCanary(storage, 2_002 + 2 * closedForMs, null)).toBe(true)
})

it('[O8] a page that waits long for the file that looks at the mark proves nothing by its waiting', async () => {
  await lookAtCanary(storage, 1_000, 1_000)
  const cameAtMs = 31_000
  expect(await lookAtCanary(storage, cameAtMs + closedForMs, cameAtMs)).toBe(false)
  // And it has lived until now.
  const nextMs = cameAtMs + 2 * closedForMs - 1
  expect(await lookAtCanary(storage, nextMs, nextMs)).toBe(false)
})
