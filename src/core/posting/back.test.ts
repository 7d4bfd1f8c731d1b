import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { redeem, refund, undo } from '../testing/builders.ts'
import type { Card } from '../card/card.ts'
import { post } from './post.ts'
import type { DocumentId, ReceiptId } from '../ids.ts'
import type { Entry, RedeemLeft, VoidTarget } from './types.ts'

import {
  ask,
  cardOf,
  contextOf,
  leftOf,
  promise,
  receiptOf,
  saleId,
  targetOf,
} from '../testing/posting-scene.ts'

describe('refund', () => {
  test('[T3] not on the word of a document that nobody has read', () => {
    const card = cardOf()
    const id = randomUUID() as DocumentId
    const document = { kind: 'return' as const, id, syncId: null, digest: null, row: null }
    const basis = { kind: 'document' as const, document, amountKopecks: null }
    expect(ask([{ kind: 'refund', basis }], [card], { redeemsLeft: [leftOf(card, 1, 0)] })).toBe(
      'return_unread',
    )
  })
  const back = (card: Card, amount: number, left: RedeemLeft[]) =>
    ask([refund(card.id, amount, saleId)], [card], { redeemsLeft: left })
  test('[C7] a loss first, then the granted part, then the paid part', () => {
    const card = cardOf()
    expect(back(card, 60, [leftOf(card, 30, 20, 10)])).toEqual([
      'loss 10',
      'card_granted 20',
      'card_paid 30',
      'redeemed -60',
    ])
    expect(back(card, 5, [leftOf(card, 30, 20, 10)])).toEqual(['loss 5', 'redeemed -5'])
  })
  test('[C7] up to what the card paid there, once per receipt', () => {
    const card = cardOf()
    expect(back(card, 61, [leftOf(card, 30, 20, 10)])).toBe('refund_above_paid 60')
    expect(back(card, 1, [])).toBe('refund_not_of_sale')
    const twice = [refund(card.id, 1, saleId), refund(card.id, 1, saleId)]
    expect(ask(twice, [card], { redeemsLeft: [leftOf(card, 30, 20)] })).toBe('card_twice')
    const other = { ...leftOf(card, 30, 0), receiptId: randomUUID() as ReceiptId }
    const ofTwo = [refund(card.id, 1, saleId), refund(card.id, 2, other.receiptId)]
    expect(ask(ofTwo, [card], { redeemsLeft: [leftOf(card, 30, 0), other] })).toEqual([
      'card_paid 1',
      'redeemed -1',
      'card_paid 2',
      'redeemed -2',
    ])
    expect(ask([refund(card.id, 1, saleId)], [])).toBe('card_unknown')
  })
  test('[C7] also to a blocked and to an expired card, not to an annulled one', () => {
    const blocked = cardOf({ status: 'blocked' })
    expect(back(blocked, 1, [leftOf(blocked, 1, 0)])).toHaveLength(2)
    const expired = cardOf({ expiresOn: '2026-10-01' })
    const posting = post(
      receiptOf([refund(expired.id, 1, saleId)]),
      contextOf([expired], { redeemsLeft: [leftOf(expired, 1, 0)] }),
    )
    expect(posting).toMatchObject({ operations: [{ after: { expiresOn: '2026-11-01' } }] })
    const annulled = cardOf({ status: 'annulled' })
    expect(back(annulled, 1, [leftOf(annulled, 1, 0)])).toBe('card_annulled')
  })
  test('[O5] never offline', () => {
    const card = cardOf()
    expect(promise([refund(card.id, 1, saleId)], [card], { redeemsLeft: [leftOf(card, 1, 0)] })).toBe(
      'in_review promise_refused',
    )
  })
})

describe('[C8] void', () => {
  const entriesOf = (card: Card, ...parts: [Entry['account'], number][]): Entry[] =>
    parts.map(([account, amountKopecks]) => ({ account, cardId: card.id, amountKopecks }))
  const cancel = (
    cards: Card[],
    target: Partial<VoidTarget> | null,
    because: 'unanswered' | 'cancelled' = 'unanswered',
  ) => ask([undo(saleId, because)], cards, { voidTargets: target ? targetOf(target) : new Map() })
  const redeemed = (card: Card) => ({
    entries: entriesOf(card, ['card_paid', -30], ['loss', -10], ['redeemed', 40]),
    kinds: ['redeem' as const],
    cards: [{ cardId: card.id, isOnlySale: false, dayWithout: card.expiresOn }],
  })
  const loaded = (card: Card) => ({
    entries: entriesOf(card, ['card_paid', 80], ['card_granted', 20], ['sold', -80], ['granted', -20]),
    kinds: ['load' as const],
    cards: [{ cardId: card.id, isOnlySale: true, dayWithout: null }],
  })

  test('[C14] is made of counter-entries to what was posted', () => {
    const card = cardOf()
    expect(cancel([card], { posted: redeemed(card) })).toEqual(['card_paid 30', 'loss 10', 'redeemed -40'])
  })
  test('of a refused receipt does nothing', () => expect(cancel([], {})).toEqual([]))
  test('makes an unsold card unsold again', () => {
    const card = cardOf({ paid: 80, granted: 20, expiresOn: '2027-10-02' })
    const posting = post(
      receiptOf([undo(saleId)]),
      contextOf([card], { voidTargets: targetOf({ posted: loaded(card) }) }),
    )
    expect(posting).toMatchObject({
      operations: [{ after: { status: 'unsold', paidKopecks: 0, expiresOn: null } }],
    })
  })
  test('takes back the days that a return had given', () => {
    const card = cardOf({ paid: 30, expiresOn: '2026-11-01' })
    const cards = [{ cardId: card.id, isOnlySale: false, dayWithout: '2026-10-01' }]
    const posted = {
      entries: entriesOf(card, ['card_paid', 30], ['redeemed', -30]),
      kinds: ['refund' as const],
      cards,
    }
    const posting = post(receiptOf([undo(saleId)]), contextOf([card], { voidTargets: targetOf({ posted }) }))
    expect(posting).toMatchObject({ operations: [{ after: { paidKopecks: 0, expiresOn: '2026-10-01' } }] })
  })
  test('leaves a card blocked that was blocked since', () => {
    const card = cardOf({ status: 'blocked', paid: 80, granted: 20, expiresOn: '2027-10-02' })
    const voidTargets = targetOf({ posted: loaded(card) })
    const posting = post(receiptOf([undo(saleId)]), contextOf([card], { voidTargets }))
    expect(posting).toMatchObject({
      operations: [{ after: { status: 'blocked', paidKopecks: 0, expiresOn: '2027-10-02' } }],
    })
  })
  test('makes the card of a certificate that was given away unsold again, though no money had moved', () => {
    const card = cardOf({ paid: 0, granted: 0, expiresOn: '2027-10-02' })
    const posted = { ...loaded(card), entries: [] }
    const posting = post(receiptOf([undo(saleId)]), contextOf([card], { voidTargets: targetOf({ posted }) }))
    expect(posting).toMatchObject({
      operations: [{ after: { status: 'unsold', expiresOn: null }, entries: [] }],
    })
  })
  test('of a load needs the whole sum free; a part spent since gives way to the other', () => {
    const spent = cardOf({ paid: 79, granted: 20 })
    expect(cancel([spent], { posted: loaded(spent) })).toBe('load_spent 99')
    const mixed = cardOf({ paid: 50, granted: 70 })
    expect(cancel([mixed], { posted: loaded(mixed) })).toEqual([
      'card_paid -50',
      'card_granted -50',
      'sold 80',
      'granted 20',
    ])
  })
  test('of a return and a payment on one card: what the return brought may be spent, the payment comes back', () => {
    const card = cardOf({ paid: 0, granted: 0 })
    const posted = {
      entries: entriesOf(card, ['card_granted', 30], ['redeemed', -30], ['card_paid', -50], ['redeemed', 50]),
      kinds: ['refund' as const, 'redeem' as const],
      cards: [{ cardId: card.id, isOnlySale: false, dayWithout: card.expiresOn }],
    }
    expect(cancel([card], { posted })).toEqual(['card_paid 20', 'redeemed 30', 'redeemed -50'])
  })
  test('is refused for strangers, twice, after a return, beside others, and for stock', () => {
    const card = cardOf()
    const posted = redeemed(card)
    expect(cancel([card], null)).toBe('receipt_unknown')
    expect(cancel([card], { posted, tillId: randomUUID() })).toBe('receipt_of_other_till')
    expect(cancel([card], { posted, voided: true })).toBe('void_twice')
    expect(cancel([card], { posted, refunded: true })).toBe('void_not_possible')
    expect(
      cancel([card], {
        posted: { ...posted, kinds: ['issue'] },
      }),
    ).toBe('void_not_possible')
    expect(cancel([card], { posted: { entries: [], kinds: [], cards: [] }, isVoid: true })).toBe(
      'void_not_possible',
    )
    expect(ask([undo(saleId), redeem(card.id, 1)], [card], { voidTargets: targetOf({ posted }) })).toBe(
      'void_not_possible',
    )
    expect(promise([undo(saleId)], [card], { voidTargets: targetOf({ posted }) })).toBe(
      'in_review promise_refused',
    )
  })
  test('of a cancelled sale needs the sale to be gone', () => {
    const card = cardOf()
    const of = (sale: VoidTarget['sale']) => cancel([card], { posted: redeemed(card), sale }, 'cancelled')
    expect(of('stands')).toBe('sale_exists')
    expect(of('unchecked')).toBe('sale_unchecked')
    expect(of('gone')).toHaveLength(3)
    expect(of('none')).toHaveLength(3)
    expect(cancel([card], { posted: redeemed(card), sale: 'stands' }, 'unanswered')).toHaveLength(3)
  })
})
