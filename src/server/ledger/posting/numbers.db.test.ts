import { expect, test } from 'vitest'
import type { ReceiptId } from '../../../core/ids.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import type { SealedNumber } from '../../../core/card/sealed-number.ts'
import { onBothEngines } from '../../../../test/server/engines.ts'
import { balanceOf, casesOf } from '../../../../test/server/look.ts'
import { load, redeem } from '../../../../test/server/test-till.ts'
import {
  addCard,
  certificateId,
  faceKopecks,
  newNumber,
  newReceiptId,
  verdictOf,
  world,
} from '../../../../test/server/world.ts'

onBothEngines('sealed numbers', (engine) => {
  async function scene() {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const holdId = await till.hold(card.id, 100)
    /** A receipt of one payment whose seal is made for the receipt's own id. */
    const pay = (number: string | null, rest: Partial<Receipt> = {}, sealedFor?: ReceiptId) => {
      const id = newReceiptId()
      const sealed = number === null ? null : till.seal(number, sealedFor ?? id)
      return till.receipt([redeem(card.id, 10, { holdId, number: sealed })], { id, ...rest })
    }
    const promise = { mode: 'promise' as const }
    return { shop, manager, till, accountId, card, holdId, pay, promise }
  }

  test('[J1] the number that was scanned is that of the card: both kinds of records are applied', async () => {
    const { manager, till, card, pay, promise } = await scene()
    expect(verdictOf(await till.send(pay(card.number)))).toBe('applied')
    expect(verdictOf(await till.send(pay(card.number, promise)))).toBe('applied')
    expect(verdictOf(await till.send(pay(null)))).toBe('applied')
    expect(verdictOf(await till.send(pay(null, promise)))).toBe('applied')
    const fresh = await addCard(manager)
    const id = newReceiptId()
    const sold = load(fresh.id, certificateId, faceKopecks, { number: till.seal(fresh.number, id) })
    expect(verdictOf(await till.send(till.receipt([sold], { id })))).toBe('applied')
    expect(await balanceOf(manager, card)).toBe(960)
  })

  test('[T1] a payment that proves the card by nothing is no receipt', async () => {
    const { manager, till, card } = await scene()
    const receipt = till.receipt([redeem(card.id, 10, { holdId: null })])
    expect(verdictOf(await till.send(receipt))).toBe('in_review receipt_malformed')
    expect(await balanceOf(manager, card)).toBe(1_000)
  })

  test('[J1] another number, or a seal that does not open: an ask is refused, a promise waits for a human', async () => {
    const { shop, manager, till, accountId, card, pay, promise } = await scene()
    const other = await addCard(manager, { paid: 1_000 })
    const damaged = (receipt: Receipt): Receipt => {
      const [operation] = receipt.operations
      if (operation?.kind !== 'redeem') throw new Error('no payment')
      const number = operation.proof.sealed!.replace(/.$/, (last) =>
        last === 'A' ? 'Q' : 'A',
      ) as SealedNumber
      return { ...receipt, operations: [{ ...operation, proof: { ...operation.proof, sealed: number } }] }
    }
    const foreignKey = (receipt: Receipt): Receipt => {
      const [operation] = receipt.operations
      if (operation?.kind !== 'redeem') throw new Error('no payment')
      const number = operation.proof.sealed!.replace(/^[^.]+/, 'nobodyskey00') as SealedNumber
      return { ...receipt, operations: [{ ...operation, proof: { ...operation.proof, sealed: number } }] }
    }
    const made: [string, (rest?: Partial<Receipt>) => Receipt][] = [
      ['of another card', (rest) => pay(other.number, rest)],
      ['of no card', (rest) => pay(newNumber(), rest)],
      ['copied out of another receipt', (rest) => pay(card.number, rest, newReceiptId())],
      ['damaged', (rest) => damaged(pay(card.number, rest))],
      ['to a key that is not ours', (rest) => foreignKey(pay(card.number, rest))],
    ]
    for (const [what, make] of made) {
      expect(verdictOf(await till.send(make())), what).toBe('refused card_unknown')
      expect(verdictOf(await till.send(make(promise))), what).toBe('in_review number_mismatch')
    }
    expect((await casesOf(engine.db(), accountId)).map(([kind]) => kind)).toEqual(
      made.map(() => 'number_mismatch'),
    )
    expect(await balanceOf(manager, card)).toBe(1_000)
    expect(await balanceOf(manager, other)).toBe(1_000)
    // [L9] Nowhere is a number that was opened.
    expect(shop.logged.join('\n')).not.toContain(card.number)
    for (const table of ['receipt', 'cases', 'operation']) {
      const rows = await engine
        .db()
        .read((query) => query.all(`select * from ${table} where account_id = $1`, [accountId]))
      expect(JSON.stringify(rows), table).not.toContain(card.number)
    }
  })

  test('[J2] a promise in an ask’s stead carries the ask’s seal', async () => {
    const { manager, till, card, pay, promise } = await scene()
    const ask = pay(card.number)
    const instead = { ...till.receipt(ask.operations, promise), standsFor: ask.id }
    expect(verdictOf(await till.send(instead))).toBe('applied')
    expect(verdictOf(await till.send(ask))).toBe(`applied by ${instead.id}`)
    expect(await balanceOf(manager, card)).toBe(990)
  })

  test('[T1] a seal that another till has copied does not open there, under whatever receipt it is sent', async () => {
    const { shop, manager, till, accountId, card, pay } = await scene()
    const thief = await shop.till(accountId)
    const ask = pay(card.number)
    const [operation] = ask.operations
    if (operation?.kind !== 'redeem') throw new Error('no payment')
    const copied = [{ ...operation, proof: { ...operation.proof, holdId: null } }]
    const replay = thief.receipt(copied, { id: ask.id })
    expect(verdictOf(await thief.send(replay))).toBe('refused card_unknown')
    const named = { mode: 'promise' as const, standsFor: ask.id }
    expect(verdictOf(await thief.send(thief.receipt(copied, named)))).toBe('in_review number_mismatch')
    // What an ask names opens nothing; the same business waits already.
    const asked = thief.receipt(copied, { standsFor: ask.id })
    expect(verdictOf(await thief.send(asked))).toBe('in_review number_mismatch')
    const stranger = await shop.till(accountId)
    const elsewhere = stranger.receipt(copied, { standsFor: ask.id })
    expect(verdictOf(await stranger.send(elsewhere))).toBe('refused card_unknown')
    const again = till.receipt(ask.operations, { standsFor: ask.id })
    expect(verdictOf(await till.send(again))).toBe('refused card_unknown')
    const own = pay(card.number)
    expect(verdictOf(await till.send(own))).toBe('applied')
    expect(await balanceOf(manager, card)).toBe(990)
  })

  test('[F17] a seal to a key that is a year old opens', async () => {
    const { shop, till, card, pay, promise } = await scene()
    const old = pay(card.number, promise)
    const key = till.sealingKey
    shop.time.nowMs += 400 * 24 * 3_600_000
    const young = await shop.till(till.accountId)
    expect(young.sealingKey).not.toEqual(key)
    expect(verdictOf(await till.send(old))).toBe('applied')
  })
})
