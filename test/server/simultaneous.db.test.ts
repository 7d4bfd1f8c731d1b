import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { AccountId, EmployeeId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import { freshPostgres, onBothEngines } from './engines.ts'
import { freshFolder } from './folders.ts'
import { startMoySkladStub } from './moysklad-stub.ts'
import { redeem, programmeOf } from '../../src/core/testing/builders.ts'
import { seeded } from '../../src/core/testing/random.ts'
import { firstSeed } from './random.ts'
import { runVerify, startServer } from './server-process.ts'
import { newDraftId, newHoldId, TestTill } from './test-till.ts'
import { addCard, type NewCard, verdictOf, world } from './world.ts'

const rounds = 100
const rivals = 50

onBothEngines('simultaneous redemptions', (engine) => {
  test(`[L8] ${rivals} at once for one card with money for one: exactly one wins, ${rounds} rounds`, async () => {
    const shop = world(engine.db())
    const { manager, accountId } = await shop.shop()
    const tills = await Promise.all(Array.from({ length: rivals }, () => shop.till(accountId)))
    for (let round = 0; round < rounds; round++) {
      const card = await addCard(manager, { paid: 70, granted: 30 })
      const outcomes = await Promise.all(tills.map((till) => till.send(till.receipt([redeem(card.id, 100)]))))
      const verdicts = outcomes.map(verdictOf)
      expect(verdicts.filter((verdict) => verdict === 'applied')).toHaveLength(1)
      expect(verdicts.filter((verdict) => verdict === 'refused card_empty')).toHaveLength(rivals - 1)
    }
    console.log(`${engine.name}: ${rounds} rounds of ${rivals}, one winner each`)
  })

  test('a hundred tills that register at once get names of their own', async () => {
    const shop = world(engine.db())
    const { accountId } = await shop.shop()
    const tills = await Promise.all(Array.from({ length: 100 }, () => shop.till(accountId)))
    const ordinals = tills.map((till) => till.ordinal)
    // The shop has two tills before.
    expect(ordinals.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n + 3))
  })

  test('[L8] the same record sent fifty times at once is applied once', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 1_000 })
    const receipt = till.receipt([redeem(card.id, 10)])
    const outcomes = await Promise.all(Array.from({ length: rivals }, () => till.send(receipt)))
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1)
    const found = await till.answer('lookup', { number: card.number, entered: 'scanned', hold: null })
    expect(found.card?.balanceKopecks).toBe(990)
  })

  test('[O2] two tills that scan one card at once never hold more than it has', async () => {
    const shop = world(engine.db())
    const { manager, accountId } = await shop.shop()
    const tills = await Promise.all(Array.from({ length: 8 }, () => shop.till(accountId)))
    for (let round = 0; round < 20; round++) {
      const card = await addCard(manager, { paid: 100 })
      const answers = await Promise.all(
        tills.map((till) =>
          till.answer('lookup', {
            number: card.number,
            entered: 'scanned',
            hold: { id: newHoldId(), draftId: newDraftId(), redeemKopecks: kopecks(60), load: false },
          }),
        ),
      )
      const held = answers.map((answer) => answer.hold?.amountKopecks ?? 0).toSorted((a, b) => b - a)
      expect(held).toEqual([60, 40, 0, 0, 0, 0, 0, 0])
    }
  })
})

describe('two server processes on one PostgreSQL', () => {
  const processRounds = 1_000

  test(`[L8] overlapping receipts of many cards, ${processRounds} rounds: no deadlock survives, no card below zero`, async () => {
    const seed = firstSeed(false)
    const random = seeded(seed)
    const accountId = randomUUID() as AccountId
    const [stub, { url: databaseUrl, drop }] = [await startMoySkladStub(accountId), await freshPostgres()]
    const folders = [freshFolder(), freshFolder()]
    const servers = await Promise.all(
      folders.map((dataDir) => startServer({ dataDir, moyskladUrl: stub.url, databaseUrl })),
    )
    const till = (n: number, role = 'cashier') => {
      const employee = randomUUID() as EmployeeId
      const fetchFrom = (path: string, init: RequestInit) => fetch(servers[n % 2]!.url + path, init)
      return TestTill.open(fetchFrom, `${role}.${employee}`, employee, Date.now)
    }
    const manager = await till(0, 'manager')
    await manager.answer('saveProgramme', programmeOf())
    const opening = 400_000
    const cards: NewCard[] = []
    for (let i = 0; i < 8; i++) cards.push(await addCard(manager, { paid: opening }))
    const tills = await Promise.all([0, 1, 2, 3].map((n) => till(n)))

    const spent = new Map(cards.map((card) => [card.id, 0]))
    const verdicts = new Map<string, number>()
    for (let round = 0; round < processRounds; round++) {
      await Promise.all(
        tills.map(async (one) => {
          const chosen = random.shuffle(cards).slice(0, random.int(2, 5))
          const operations = chosen.map((card) => redeem(card.id, random.int(1, 800)))
          const verdict = verdictOf(await one.send(one.receipt(operations)))
          verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
          if (verdict !== 'applied') return
          for (const o of operations) {
            if (o.kind === 'redeem') spent.set(o.cardId, spent.get(o.cardId)! + o.amountKopecks)
          }
        }),
      )
    }
    const told = [...verdicts].map(([verdict, n]) => `${verdict} ${n}`).join(', ')
    console.log(`two processes: ${processRounds} rounds of ${tills.length} receipts, seed ${seed}: ${told}`)
    expect(
      [...verdicts.keys()].filter((v) => !/^(applied|refused (insufficient_funds|card_empty))$/.test(v)),
      `seed ${seed}`,
    ).toEqual([])
    expect(verdicts.get('applied')).toBeGreaterThan(processRounds)
    for (const card of cards) {
      const found = await manager.answer('lookup', { number: card.number, entered: 'scanned', hold: null })
      expect(found.card?.balanceKopecks, `seed ${seed}`).toBe(opening - spent.get(card.id)!)
    }
    expect(
      servers.flatMap((server) => server.lines).filter((line) => line.includes('"level":"error"')),
    ).toEqual([])
    const verified = await runVerify({ dataDir: folders[0]!, databaseUrl })
    expect(verified).toMatchObject({ code: 0 })
    console.log(verified.said.trim())
    expect(await Promise.all(servers.map((server) => server.stop()))).toEqual([0, 0])
    await stub.close()
    await drop()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })
})
