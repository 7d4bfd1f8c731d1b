import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { load, redeem, refund, certificateId, faceKopecks, programmeOf } from '../testing/builders.ts'
import { seeded } from '../testing/random.ts'
import type { Card } from '../card/card.ts'
import type { ProductId } from '../ids.ts'
import { kopecks } from '../money.ts'
import { post } from './post.ts'
import type { PostingContext } from './types.ts'
import type { Operation } from '../receipt/operations.ts'
import { operationsMax } from '../receipt/receipt.ts'
import { nothingDone } from '../sale/done.ts'

import {
  ask,
  cardOf,
  contextOf,
  held,
  heldBy,
  holdId,
  leftOf,
  promise,
  receiptOf,
  saleId,
} from '../testing/posting-scene.ts'

describe('redeem', () => {
  test('[C4] the paid part goes first', () => {
    const card = cardOf()
    expect(ask([redeem(card.id, 120)], [card])).toEqual([
      'card_paid -100',
      'card_granted -20',
      'redeemed 120',
    ])
  })
  test('[C4] money that others hold is not there', () => {
    const card = cardOf()
    expect(ask([redeem(card.id, 101)], [card], { others: held(card, 50) })).toBe('insufficient_funds 100')
    expect(ask([redeem(card.id, 1)], [card], { others: held(card, 900) })).toBe('card_held')
  })
  test.each<[string, Parameters<typeof cardOf>[0], string]>([
    ['unsold', { status: 'unsold', paid: 0, granted: 0 }, 'card_unsold'],
    ['blocked', { status: 'blocked' }, 'card_blocked'],
    ['annulled', { status: 'annulled' }, 'card_annulled'],
    ['expired', { expiresOn: '2026-10-01' }, 'card_expired'],
    ['empty', { paid: 0, granted: 0 }, 'card_empty'],
  ])('[C3] not from a card that is %s', (_, rest, code) => {
    const card = cardOf(rest)
    expect(ask([redeem(card.id, 1)], [card])).toBe(code)
  })
  test('[C3] not from an unknown card', () => expect(ask([redeem(cardOf().id, 1)], [])).toBe('card_unknown'))
  test('[C6] not from six cards, nor from one card twice', () => {
    const cards = Array.from({ length: 6 }, () => cardOf())
    expect(
      ask(
        cards.map((card) => redeem(card.id, 1)),
        cards,
      ),
    ).toBe('too_many_cards')
    expect(ask([redeem(cards[0]!.id, 1), redeem(cards[0]!.id, 1)], cards)).toBe('card_twice')
  })
  test('[C5] not from a card that the receipt loads, nor above what the sale leaves', () => {
    const card = cardOf({ status: 'unsold', paid: 0, granted: 0 })
    expect(ask([load(card.id, certificateId, faceKopecks), redeem(card.id, 1)], [card])).toBe(
      'card_loaded_here',
    )
    const after = (redeemed: number) => ({
      sale: {
        rows: [{ productId: randomUUID() as ProductId, quantity: 1, priceKopecks: 90, discountPercent: 0 }],
        sumKopecks: kopecks(90),
      },
      done: { ...nothingDone, redeemedKopecks: kopecks(redeemed) },
    })
    const rich = cardOf()
    expect(ask([redeem(rich.id, 31)], [rich], { sale: after(60) })).toBe('above_payable 30')
    // A link may have brought more than the sale is.
    expect(ask([redeem(rich.id, 1)], [rich], { sale: after(91) })).toBe('above_payable 0')
  })
  test('[O6] a promise takes what is there and books the rest as a loss', () => {
    const card = cardOf()
    const posting = post(
      receiptOf([redeem(card.id, 200, { holdId })], 'promise'),
      contextOf([card], { others: held(card, 30), ownHolds: heldBy([redeem(card.id, 200, { holdId })]) }),
    )
    expect(posting).toMatchObject({
      status: 'posted',
      operations: [{ lossKopecks: 80, after: { status: 'blocked', paidKopecks: 0, grantedKopecks: 30 } }],
    })
    expect(promise([redeem(card.id, 200, { holdId })], [card])).toEqual([
      'card_paid -100',
      'card_granted -50',
      'loss -50',
      'redeemed 200',
    ])
  })
  test.each(['unsold', 'annulled'] as const)('[O6] a loss leaves a card that is %s as it is', (status) => {
    const card = cardOf({ status, paid: 0, granted: 0 })
    const one = redeem(card.id, 200, { holdId })
    const posting = post(receiptOf([one], 'promise'), contextOf([card], { ownHolds: heldBy([one]) }))
    expect(posting).toMatchObject({ operations: [{ lossKopecks: 200, after: { status } }] })
  })
  test('[O2] [O5] a promise needs a hold and a scanned number', () => {
    const card = cardOf()
    expect(promise([redeem(card.id, 1)], [card])).toBe('in_review promise_without_hold')
    expect(promise([redeem(card.id, 1, { holdId: null })], [card])).toBe('in_review promise_without_hold')
    expect(promise([redeem(card.id, 1, { holdId, entered: 'typed' })], [card])).toBe(
      'in_review promise_without_hold',
    )
    expect(promise([redeem(card.id, 1, { holdId })], [])).toBe('in_review card_unknown')
  })
  test('[O2] the hold must be this till’s, for this card and purpose, and cover the sum', () => {
    const card = cardOf()
    const one = redeem(card.id, 100, { holdId })
    const hold = { cardId: card.id, purpose: 'redeem' as const, amountKopecks: kopecks(100) }
    const on = (ownHolds: PostingContext['ownHolds']) => promise([one], [card], { ownHolds })
    expect(on(new Map([[holdId, hold]]))).toEqual(['card_paid -100', 'redeemed 100'])
    expect(on(new Map())).toBe('in_review promise_without_hold')
    expect(on(new Map([[holdId, { ...hold, cardId: cardOf().id }]]))).toBe('in_review promise_without_hold')
    expect(on(new Map([[holdId, { ...hold, purpose: 'load' }]]))).toBe('in_review promise_without_hold')
    expect(on(new Map([[holdId, { ...hold, amountKopecks: kopecks(99) }]]))).toBe(
      'in_review promise_without_hold',
    )
  })
  test('[M5] nothing is asked of a card for a sale that is gone; a promise is a fact all the same', () => {
    const card = cardOf()
    const one = redeem(card.id, 100, { holdId })
    expect(ask([one], [card], { saleGone: true })).toBe('sale_gone')
    expect(promise([one], [card], { saleGone: true })).toEqual(['card_paid -100', 'redeemed 100'])
  })
  test('[C2] [C5] a load must be paid as its row in the sale says', () => {
    const card = cardOf({ status: 'unsold', paid: 0, granted: 0 })
    const rows = [{ productId: certificateId, quantity: 1, priceKopecks: faceKopecks, discountPercent: 90 }]
    const sale = {
      sale: { rows, sumKopecks: kopecks(faceKopecks / 10) },
      done: nothingDone,
    }
    const full = [load(card.id, certificateId, faceKopecks)]
    expect(ask(full, [card], { sale })).toBe('certificate_discounted')
    const programme = programmeOf({ creditBase: 'paid' })
    expect(ask(full, [card], { sale, programme })).toBe('certificate_not_in_sale')
  })
  test('[C2] [C5] a row of the sale loads one card, over all receipts of the sale', () => {
    const card = cardOf({ status: 'unsold', paid: 0, granted: 0 })
    const half = faceKopecks / 2
    const row = { productId: certificateId, quantity: 1, priceKopecks: faceKopecks, discountPercent: 0 }
    const rows = [row, { ...row, discountPercent: 50 }]
    const programme = programmeOf({ creditBase: 'paid' })
    const after = (...paid: number[]) => ({
      programme,
      sale: {
        sale: { rows, sumKopecks: kopecks(faceKopecks + half) },
        done: {
          ...nothingDone,
          loads: paid.map((one) => ({ productId: certificateId, paidKopecks: kopecks(one) })),
        },
      },
    })
    const sell = (paid: number, context: ReturnType<typeof after>) =>
      ask([load(card.id, certificateId, faceKopecks, { paid })], [card], context)
    expect(sell(faceKopecks, after(half))).toEqual([`card_paid ${faceKopecks}`, `sold -${faceKopecks}`])
    expect(sell(half, after(faceKopecks))).toEqual([`card_paid ${half}`, `sold -${half}`])
    expect(sell(faceKopecks, after(faceKopecks))).toBe('certificate_not_in_sale')
    // Its row said something else when the first card was sold: it has that card all the same.
    expect(sell(faceKopecks, after(1, half))).toBe('certificate_not_in_sale')
  })
})

describe('load', () => {
  const unsold = () => cardOf({ status: 'unsold', paid: 0, granted: 0 })
  const sell = (card: Card, rest: Partial<PostingContext> = {}, face = faceKopecks, paid = face) =>
    ask([load(card.id, certificateId, face, { paid })], [card], rest)

  test('[C2] credits the paid and the granted part', () => {
    expect(sell(unsold(), { programme: programmeOf({ coefficientTenThousandths: 12_000 }) })).toEqual([
      'card_paid 150000',
      'card_granted 30000',
      'sold -150000',
      'granted -30000',
    ])
  })
  test('[C3] only an unsold card, or a reloadable one', () => {
    expect(sell(cardOf())).toBe('card_sold')
    expect(sell(cardOf({ status: 'blocked' }))).toBe('card_blocked')
    expect(sell(cardOf({ status: 'annulled' }))).toBe('card_annulled')
    const programme = programmeOf({ reloadable: true })
    expect(sell(cardOf({ expiresOn: '2026-10-01' }), { programme })).toBe('card_expired')
    expect(sell(cardOf(), { programme })).toHaveLength(2)
    const card = unsold()
    expect(sell(card, { others: held(card, 0, true) })).toBe('card_held')
  })
  test('[C3] up to the maximum', () => {
    const programme = programmeOf({ reloadable: true, balanceMaxKopecks: kopecks(150_100) })
    expect(sell(cardOf(), { programme })).toBe('above_balance_max 149950')
    expect(sell(cardOf({ paid: 100, granted: 0 }), { programme })).toHaveLength(2)
  })
  test('[C2] only certificates of the programme, at their price', () => {
    expect(ask([load(cardOf().id, randomUUID() as ProductId, 1)], [])).toBe('card_unknown')
    const card = unsold()
    expect(ask([load(card.id, randomUUID() as ProductId, 1)], [card])).toBe('certificate_unknown')
    expect(sell(unsold(), {}, 1)).toBe('certificate_unknown')
    expect(sell(unsold(), {}, faceKopecks, 1)).toBe('certificate_discounted')
    const sale = {
      sale: { rows: [], sumKopecks: kopecks(0) },
      done: nothingDone,
    }
    expect(sell(unsold(), { sale })).toBe('certificate_not_in_sale')
  })
  test('[J1] a promise with a face value that the owner has changed waits, and so does a card sold elsewhere', () => {
    const card = unsold()
    expect(promise([load(card.id, certificateId, faceKopecks, { holdId })], [card])).toEqual([
      `card_paid ${faceKopecks}`,
      `sold -${faceKopecks}`,
    ])
    expect(promise([load(card.id, certificateId, 500, { holdId })], [card])).toBe('in_review promise_refused')
    const sold = cardOf()
    expect(promise([load(sold.id, certificateId, faceKopecks, { holdId })], [sold])).toBe(
      'in_review card_sold_twice',
    )
    expect(promise([load(card.id, certificateId, faceKopecks)], [card])).toBe(
      'in_review promise_without_hold',
    )
    expect(promise([load(card.id, randomUUID() as ProductId, 500, { holdId })], [card])).toBe(
      'in_review promise_refused',
    )
  })
})

describe('stock', () => {
  test('a card is issued once, opened once, blocked and unblocked', () => {
    const card = cardOf()
    const issue = {
      kind: 'issue',
      cardId: card.id,
      programmeId: programmeOf().id,
      numberHash: 'a'.repeat(64),
      bookTag: '0123456789abcdef',
      last4: '4821',
    } as const
    const open = {
      kind: 'open',
      cardId: card.id,
      paidKopecks: kopecks(70),
      grantedKopecks: kopecks(30),
      expiresOn: null,
    } as const
    expect(ask([issue, open, { kind: 'block', cardId: card.id }], [])).toEqual([
      'card_paid 70',
      'card_granted 30',
      'opening -100',
    ])
    expect(ask([issue], [card])).toBe('card_sold')
    expect(ask([open], [card])).toBe('card_sold')
    expect(ask([{ kind: 'block', cardId: card.id }], [card])).toEqual([])
    expect(ask([{ kind: 'unblock', cardId: card.id }], [card])).toBe('not_allowed')
    const blocked = { ...card, status: 'blocked' as const }
    expect(ask([{ kind: 'block', cardId: card.id }], [blocked])).toBe('card_blocked')
    expect(ask([{ kind: 'unblock', cardId: card.id }], [blocked])).toEqual([])
  })
})

test('[L1] [L3] whatever is asked: entries sum to zero, cards move by them and never below zero, a refusal posts nothing', () => {
  const random = seeded(7)
  const seen = new Map<string, number>()
  for (let i = 0; i < 5_000; i++) {
    const cards = Array.from({ length: 4 }, () =>
      cardOf({
        paid: random.int(0, 200),
        granted: random.int(0, 200),
        status: random.pick(['active', 'active', 'active', 'unsold', 'blocked', 'annulled'] as const),
        expiresOn: random.pick([null, null, '2026-10-01', '2026-10-02']),
      }),
    )
    for (const card of cards)
      if (card.status === 'unsold') [card.paidKopecks, card.grantedKopecks] = [kopecks(0), kopecks(0)]
    const id = () => random.pick(cards).id
    const entered = random.chance(0.1) ? ('typed' as const) : ('scanned' as const)
    const hold = { holdId: random.chance(0.8) ? holdId : null, entered }
    const operations = Array.from({ length: random.int(1, 3) }, () =>
      random.pick<() => Operation>([
        () => redeem(id(), random.int(1, 300), hold),
        () => load(id(), certificateId, random.chance(0.8) ? faceKopecks : 5, hold),
        () => refund(id(), random.int(1, 100), saleId),
      ])(),
    )
    const receipt = receiptOf(operations, random.pick(['ask', 'ask', 'promise'] as const))
    const context = contextOf(cards, {
      programme: programmeOf({
        reloadable: random.chance(0.5),
        coefficientTenThousandths: random.int(1, 20_000),
      }),
      others: held(random.pick(cards), random.int(0, 100), random.chance(0.2)),
      redeemsLeft: cards.map((card) => leftOf(card, random.int(0, 50), random.int(0, 50), random.int(0, 20))),
    })
    const posting = post(receipt, context)
    seen.set(posting.status, (seen.get(posting.status) ?? 0) + 1)
    if (receipt.mode === 'promise') expect(posting.status).not.toBe('refused')
    if (posting.status !== 'posted') continue
    const entries = posting.operations.flatMap((one) => one.entries)
    expect(entries.reduce((sum, entry) => sum + entry.amountKopecks, 0)).toBe(0)
    for (const { before, after, entries: own } of posting.operations) {
      const moved = own
        .filter((e) => e.account.startsWith('card_'))
        .reduce((sum, e) => sum + e.amountKopecks, 0)
      expect(after.paidKopecks + after.grantedKopecks).toBe(
        before!.paidKopecks + before!.grantedKopecks + moved,
      )
      expect(Math.min(after.paidKopecks, after.grantedKopecks)).toBeGreaterThanOrEqual(0)
    }
  }
  expect([...seen.values()].every((n) => n > 300)).toBe(true)
  expect(operationsMax).toBeGreaterThanOrEqual(40 * 3)
})

describe('what is not built', () => {
  const card = cardOf()
  const proof = { sealed: null, holdId, secondCode: null }
  const document = null
  const none = { paidKopecks: kopecks(0), grantedKopecks: kopecks(0), expiresOn: null }
  test.each<Operation>([
    { kind: 'cashout', cardId: card.id, proof, document },
    { kind: 'payout', cardId: card.id, receiptId: saleId, amountKopecks: kopecks(1), way: 'cash', document },
    { kind: 'transfer', cardId: card.id, toCardId: cardOf().id, proof },
    { kind: 'adjust', cardId: card.id, paidKopecks: -1, grantedKopecks: 1 },
    { kind: 'annul', cardId: card.id },
    { kind: 'expire', cardId: card.id },
    { kind: 'extend', cardId: card.id, expiresOn: '2027-01-01' },
    { kind: 'thaw', cardId: card.id, receiptId: saleId },
    { kind: 'moved_in', cardId: card.id, from: 'kilbil', ...none },
  ])('$kind is not allowed', (operation) => {
    expect(ask([operation], [card])).toBe('not_allowed')
    expect(promise([operation], [card])).toBe('in_review promise_refused')
  })
})
