import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { redeem, saleOf } from '../testing/builders.ts'
import { ask, cardOf, contextOf, promise, receiptOf } from '../testing/posting-scene.ts'
import type { DocumentId, ReceiptId } from '../ids.ts'
import type { Operation } from '../receipt/operations.ts'
import { linksOf } from './link.ts'
import { post } from './post.ts'
import type { LinkTarget, PostingContext } from './types.ts'

describe('[M11] link', () => {
  const { tillId } = contextOf([])
  const documentId = randomUUID() as DocumentId
  const sale = saleOf(documentId, 500)
  const newId = () => randomUUID() as ReceiptId
  const link = (receiptId: ReceiptId): Operation => ({ kind: 'link', receiptId })
  const targets = (...all: [ReceiptId, Partial<LinkTarget>][]): PostingContext['linkTargets'] =>
    new Map(all.map(([id, rest]) => [id, { tillId, isFree: true, ...rest }]))

  const [free, taken, stranger, unknown] = [newId(), newId(), newId(), newId()]
  const linkTargets = targets([free, {}], [taken, { isFree: false }], [stranger, { tillId: 'U'.repeat(43) }])
  const faults: [string, ReceiptId, string][] = [
    ['a sale has it, or it does not stand', taken, 'link_not_possible'],
    ['it is another till’s', stranger, 'receipt_of_other_till'],
    ['nobody knows it', unknown, 'receipt_unknown'],
  ]

  test('moves no money and names the sale', () => {
    const receipt = { ...receiptOf([link(free)]), sale }
    expect(post(receipt, contextOf([], { linkTargets }))).toEqual({ status: 'posted', operations: [] })
    expect(linksOf(receipt, { linkTargets, tillId })).toEqual([{ receiptId: free, documentId }])
  })

  test('to no sale, or twice, is refused', () => {
    expect(ask([link(free)], [], { linkTargets })).toBe('link_not_possible')
    const twice = { ...receiptOf([link(free), link(free)]), sale }
    expect(post(twice, contextOf([], { linkTargets }))).toMatchObject({ status: 'refused' })
  })

  describe.each(faults)('that cannot be: %s', (_, receiptId, code) => {
    const card = cardOf()
    const both = [link(receiptId), link(free), redeem(card.id, 30)]

    test('an ask is refused, a promise waits', () => {
      expect(ask(both, [card], { linkTargets })).toBe(code)
      expect(promise([link(receiptId)], [], { linkTargets })).toBe('in_review promise_refused')
    })

    test('[O6] a fact is booked without it', () => {
      const receipt = { ...receiptOf(both, 'promise'), sale }
      const posting = post(
        receipt,
        contextOf([card], { linkTargets, fact: { lossesBefore: new Map(), mayLose: true } }),
      )
      expect(posting).toMatchObject({ status: 'posted', operations: [{ operation: { kind: 'redeem' } }] })
      expect(linksOf(receipt, { linkTargets, tillId })).toEqual([{ receiptId: free, documentId }])
    })

    test('[O6] a fact of links alone waits', () => {
      const receipt = { ...receiptOf([link(receiptId)], 'promise'), sale }
      const posting = post(
        receipt,
        contextOf([], { linkTargets, fact: { lossesBefore: new Map(), mayLose: true } }),
      )
      expect(posting).toEqual({ status: 'in_review', code: 'promise_refused' })
    })
  })

  test('[O6] a fact that names one receipt twice links it once', () => {
    const card = cardOf()
    const receipt = { ...receiptOf([link(free), link(free), redeem(card.id, 30)], 'promise'), sale }
    expect(
      post(receipt, contextOf([card], { linkTargets, fact: { lossesBefore: new Map(), mayLose: true } }))
        .status,
    ).toBe('posted')
    expect(linksOf(receipt, { linkTargets, tillId })).toEqual([{ receiptId: free, documentId }])
  })
})
