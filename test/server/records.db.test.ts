import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as v from 'valibot'
import { SaleDocument } from '../../src/core/draft/draft.ts'
import {
  AccountId,
  CardId,
  DocumentId,
  DraftId,
  HoldId,
  JournalId,
  Moment,
  TillId,
} from '../../src/core/ids.ts'
import { Kopecks } from '../../src/core/money.ts'
import { employeeOf } from '../../src/core/receipt/author.ts'
import { cashierOperations } from '../../src/core/receipt/operations.ts'
import { Receipt } from '../../src/core/receipt/receipt.ts'
import { DeviceKey, Signature, signatureHeader, SyncAnswer, SyncRequest } from '../../src/core/wire/tills.ts'
import { endpoints } from '../../src/core/wire/endpoints.ts'
import { applyReceipt } from '../../src/server/ledger/posting/apply-receipt.ts'
import { noSaleFacts } from '../../src/server/ledger/arrival.ts'
import { ownArrival } from '../../src/server/ledger/own-receipt.ts'
import { makeHold } from '../../src/server/ledger/cards/holds.ts'
import { insertSealKey } from '../../src/server/keys/seal-keys.ts'
import { insertJournal } from '../../src/server/ledger/tills/journals.ts'
import { addTill } from '../../src/server/ledger/tills/tills.ts'
import { onBothEngines } from './engines.ts'
import { programmeOf } from '../../src/core/testing/builders.ts'
import { verdictOf, world } from './world.ts'
import { Int, parseShape } from '../../src/core/shape.ts'

/** One folder for each released version; they are only ever added to (its README says how). */
const versions = ['records-v1']

const Scene = v.strictObject({
  nowMs: Moment,
  accountId: AccountId,
  journal: v.strictObject({ id: JournalId, deviceKey: DeviceKey }),
  sealKey: v.strictObject({
    id: v.string(),
    publicKey: v.string(),
    secret: v.string(),
    madeAtMs: Int,
  }),
  hold: v.strictObject({ id: HoldId, draftId: DraftId, cardId: CardId, amountKopecks: Kopecks }),
  sales: v.array(v.strictObject({ id: DocumentId, sale: SaleDocument.entries.sale })),
})
const Kept = v.strictObject({ outcome: v.string(), receipt: v.unknown() })
const Sent = v.strictObject({ signature: Signature, body: v.string() })

onBothEngines('records of released versions', (engine) => {
  test.each(versions)('[J9] [F18] %s are understood and applied as on their first day', async (version) => {
    const folder = new URL(`../fixtures/${version}/`, import.meta.url)
    const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    const kept = readdirSync(folder)
      .filter((name) => /^\d/.test(name))
      .sort()
      .map((name) => parseShape(Kept, read(name)))
      .map(({ outcome, receipt }) => ({ outcome, receipt: parseShape(Receipt, receipt) }))
    const { accountId, journal, sealKey, hold, sales, nowMs } = parseShape(Scene, read('scene.json'))
    const tillId = parseShape(TillId, journal.id)
    const shop = world(engine.db())
    shop.time.nowMs = nowMs
    for (const { id, sale } of sales) shop.moysklad.sell(sale, { id })
    const { programmes } = shop.deps
    await engine.db().write(async (tx) => {
      await programmes.save(tx, accountId, programmeOf(), employeeOf(kept[0]!.receipt)!, nowMs)
      await addTill(tx, accountId, tillId, nowMs)
      const { id, deviceKey: publicKey } = journal
      await insertJournal(tx, accountId, { id, tillId, publicKey, parent: null }, nowMs)
      await insertSealKey(tx, accountId, sealKey)
    })
    const outcomes: string[] = []
    for (const { receipt } of kept.filter((one) => one.receipt.place === null)) {
      const arrival = ownArrival(accountId, receipt)
      const decision = await engine
        .db()
        .write((tx) => applyReceipt(tx, arrival, noSaleFacts, { programmes, nowMs }))
      outcomes.push(verdictOf(decision.outcome))
    }
    const held = { ...hold, tillId, purpose: 'redeem' as const }
    await engine.db().write((tx) => makeHold(tx, accountId, held, nowMs))

    const { body, signature } = parseShape(Sent, read('envelope.json'))
    const { records } = parseShape(SyncRequest, JSON.parse(body))
    const headers = { [signatureHeader]: signature }
    const response = await shop.app.request(endpoints.sync.path, { method: 'POST', body, headers })
    const answer = parseShape(SyncAnswer, await response.json())
    outcomes.push(...answer.outcomes.map(({ outcome }) => verdictOf(outcome)))
    expect(outcomes).toEqual(kept.map(({ outcome }) => outcome))
    expect(records.map((record): unknown => JSON.parse(record.receipt))).toEqual(
      kept.map(({ receipt }) => receipt).filter((receipt) => receipt.place !== null),
    )
  })

  test('[J9] the first version holds a record of every kind', () => {
    const folder = new URL('../fixtures/records-v1/', import.meta.url)
    const kinds = new Set(
      readdirSync(folder)
        .filter((name) => /^\d/.test(name))
        .map((name) => parseShape(Kept, JSON.parse(readFileSync(new URL(name, folder), 'utf8'))))
        .flatMap(({ receipt }) => parseShape(Receipt, receipt).operations.map(({ kind }) => kind)),
    )
    const ofTheServer = ['block', 'issue', 'open', 'unblock']
    expect([...kinds].sort()).toEqual([...ofTheServer, ...cashierOperations].sort())
  })
})
