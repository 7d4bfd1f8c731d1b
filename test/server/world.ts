import { randomBytes, randomUUID } from 'node:crypto'
import type { AccountId, CardId, ReceiptId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { Outcome } from '../../src/core/receipt/outcome.ts'
import type { Programme } from '../../src/core/card/programme.ts'
import { programmeOf } from '../../src/core/testing/builders.ts'
import { createApp } from '../../src/server/app.ts'
import type { Db } from '../../src/server/db/db.ts'
import type { Deps } from '../../src/server/deps.ts'
import { createProgrammes } from '../../src/server/ledger/programmes.ts'
import { createLog } from '../../src/server/log.ts'
import { createNonces } from '../../src/server/keys/nonces.ts'
import { createSealing } from '../../src/server/keys/sealing.ts'
import { createVerify } from '../../src/server/keys/signatures.ts'
import { FakeMoySklad } from './fake-moysklad.ts'
import { TestTill } from './test-till.ts'

// The server's tests take all of their world from here.
export { certificateId, faceKopecks, programmeOf } from '../../src/core/testing/builders.ts'

/** The server with a fake MoySklad and a clock that stands still until moved. */
export function world(db: Db) {
  const moysklad = new FakeMoySklad()
  const time = { nowMs: Date.parse('2026-10-02T09:00:00Z') }
  const logged: string[] = []
  const clock = () => time.nowMs
  const cardKey = Buffer.alloc(32, 7)
  const deps: Deps = {
    db,
    moysklad,
    clock,
    newId: randomUUID,
    random: randomBytes,
    programmes: createProgrammes(),
    nonces: createNonces(cardKey, clock),
    verify: createVerify(),
    sealing: createSealing(db, cardKey),
    keys: { card: cardKey },
    config: {
      hostOrigins: ['https://online.moysklad.ru', 'https://*.moysklad.ru'],
      widgetDir: '/nonexistent',
    },
    log: createLog((line) => logged.push(line), clock),
  }
  const app = createApp(deps)
  return {
    app,
    deps,
    moysklad,
    time,
    logged,
    /** A till of the account with an open session. */
    async till(accountId: AccountId, role: 'cashier' | 'manager' = 'cashier'): Promise<TestTill> {
      const { key, person } = moysklad.hire({ accountId, role })
      return TestTill.open(
        (path, init) => Promise.resolve(app.request(path, init)),
        key,
        person.employeeId,
        clock,
      )
    },
    /** A new account with its rules, a manager's till and a cashier's till. */
    async shop(programme: Partial<Programme> = {}) {
      const accountId = randomUUID() as AccountId
      const manager = await this.till(accountId, 'manager')
      const rules = programmeOf(programme)
      await manager.answer('saveProgramme', rules)
      return { accountId, manager, till: await this.till(accountId), programme: rules }
    },
  }
}

export type World = ReturnType<typeof world>

let numbers = 4_006_000_000_000_000n
export const newNumber = () => String(numbers++)
export const newReceiptId = () => randomUUID() as ReceiptId

export interface NewCard {
  id: CardId
  number: string
}

/** Adds one card: unsold, or with a balance it had before. */
export async function addCard(
  manager: TestTill,
  opening: { paid?: number; granted?: number; expiresOn?: string | null } | null = null,
  blocked = false,
): Promise<NewCard> {
  const card = { id: randomUUID() as CardId, number: newNumber() }
  const { outcome } = await manager.answer('addCards', {
    receiptId: newReceiptId(),
    cards: [
      {
        ...card,
        blocked,
        opening: opening && {
          paidKopecks: kopecks(opening.paid ?? 0),
          grantedKopecks: kopecks(opening.granted ?? 0),
          expiresOn: opening.expiresOn ?? null,
        },
      },
    ],
  })
  if (outcome.status !== 'applied') throw new Error(`the card was not added: ${JSON.stringify(outcome)}`)
  return card
}

/** `applied`, or the code of what became of the receipt. */
export function verdictOf(outcome: Outcome | undefined): string {
  switch (outcome?.status) {
    case 'applied':
      return outcome.by ? `applied by ${outcome.by}` : 'applied'
    case 'refused':
      return `refused ${outcome.refusal.code}`
    case 'in_review':
      return `in_review ${outcome.code}`
    case 'later':
      return 'later'
    case undefined:
      return 'nothing'
  }
}
