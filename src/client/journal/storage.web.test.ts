import { afterEach, beforeEach, expect, it } from 'vitest'
import { wireVersion } from '../../core/receipt/version.ts'
import { redeemReceipt, uuid } from '../testing/builders.ts'
import { evict, openJournal, type OpenJournal } from '../testing/open-journal.ts'
import { reading, strictly } from './storage.ts'

let account: string
let till: OpenJournal

beforeEach(async () => {
  account = uuid()
  till = await openJournal(account)
})

afterEach(async () => {
  till.close()
  await evict(account)
})

const hide = (persisted: boolean) => dispatchEvent(new PageTransitionEvent('pagehide', { persisted }))

it('[J11] a page that is put aside leaves no transaction behind that others would wait for', async () => {
  const left = reading(till.storage, ['records'], async (tx) => {
    // Asks for more and more, and so never ends by itself.
    for (;;) await tx.objectStore('records').count()
  })
  const written = strictly(till.storage, ['facts'], async (tx) => {
    await tx.objectStore('facts').put({ key: 'clock', value: 1 })
    for (;;) await tx.objectStore('facts').count()
  })
  hide(true)
  await expect(left).rejects.toMatchObject({ name: 'AbortError' })
  await expect(written).rejects.toMatchObject({ name: 'AbortError' })
  // When it is taken up again it goes on.
  expect((await till.journal.append(redeemReceipt(), wireVersion, [])).seq).toBe(1)
})

it('[J1] what was told to commit is on the disk, though the page is put aside at that moment', async () => {
  const written = till.journal.append(redeemReceipt(), wireVersion, [])
  await Promise.resolve()
  hide(true)
  await written
  expect(await till.journal.headOf(1)).toBe(1)
})

it('[J11] a page that is closed for good is left to the browser', async () => {
  let more = true
  const read = reading(till.storage, ['records'], async (tx) => {
    while (more) await tx.objectStore('records').count()
  })
  hide(false)
  more = false
  await read
})
