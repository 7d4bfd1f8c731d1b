import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { goodsId, goodsSale } from '../../../test/server/fake-moysklad.ts'
import type { Draft, SaleDocument } from './draft.ts'
import {
  type AccountOrder,
  draftFreshMs,
  matchAtTill,
  matchDraft,
  type MatchVerdict,
  type TillOrder,
} from './draft-match.ts'
import type { DocumentId, DraftId, EmployeeId, ProductId, ReceiptId } from '../ids.ts'
import { kopecks } from '../money.ts'
import type { Sale } from '../sale/sale.ts'

const minute = 60_000
const startedAt = Date.parse('2026-10-02T09:00:00Z')
const employeeId = '8a000000-0000-11f0-0a80-000000000001' as EmployeeId
const otherId = 'ad000000-0000-11f0-0a80-00000000000a' as ProductId

const draftOf = (rest: Partial<Draft> = {}): Draft => ({
  id: randomUUID() as DraftId,
  receiptId: randomUUID() as ReceiptId,
  employeeId,
  documentId: null,
  createdAtMs: startedAt,
  updatedAtMs: startedAt + minute,
  heardMs: startedAt,
  documentMoment: '2026-10-02 12:00',
  sale: goodsSale(500),
  loads: [],
  redeems: [],
  links: [],
  ...rest,
})
const documentOf = (rest: Partial<SaleDocument> = {}): SaleDocument => ({
  id: randomUUID() as DocumentId,
  name: '00001',
  moment: '2026-10-02 12:00',
  createdAtMs: startedAt + 2 * minute,
  employeeId,
  applicable: true,
  sale: goodsSale(500),
  ...rest,
})
const row = (productId: ProductId, quantity: number, priceKopecks: number) => ({
  productId,
  quantity,
  priceKopecks,
  discountPercent: 0,
})
describe('[M3] what the server says of a sale and a draft', () => {
  const never: AccountOrder = { seenAtMs: null, newestMadeMs: null }
  const named = '8b000000-0000-11f0-0a80-000000000007' as DocumentId

  test.each<[string, MatchVerdict, Partial<SaleDocument>, Partial<Draft>, Partial<AccountOrder>]>([
    ['same rows, sum, employee', 'same', {}, {}, {}],
    ['MoySklad does not say who', 'same', { employeeId: null }, {}, {}],
    ['another moment than the form had', 'same', { moment: '2026-10-02 18:00' }, {}, {}],
    ['another employee', 'doubtful', { employeeId: randomUUID() as EmployeeId }, {}, {}],
    ['other rows at the very moment', 'doubtful', { sale: goodsSale(600) }, {}, {}],
    ['other rows, moment unknown', 'other', { sale: goodsSale(600) }, { documentMoment: null }, {}],
    ['other rows, another moment', 'other', { sale: goodsSale(600), moment: '2026-10-02 12:07' }, {}, {}],
    ['not posted: the till waits for that', 'same', { applicable: false }, {}, {}],

    // The server's clock: what it had read by the moment that the till had heard.
    ['read before the draft was begun', 'other', {}, {}, { seenAtMs: startedAt - 1 }],
    ['read in the very millisecond that the till heard', 'other', {}, {}, { seenAtMs: startedAt }],
    ['read a millisecond later', 'same', {}, {}, { seenAtMs: startedAt + 1 }],
    ['read before, and nothing was heard', 'same', {}, { heardMs: 0 }, { seenAtMs: startedAt - minute }],

    // MoySklad's clock beside ours says nothing.
    ['MoySklad’s clock a minute behind', 'same', { createdAtMs: startedAt - minute }, {}, {}],
    ['MoySklad’s clock an hour behind', 'same', { createdAtMs: startedAt - 60 * minute }, {}, {}],
    ['MoySklad’s clock a minute ahead', 'same', { createdAtMs: startedAt + 3 * minute }, {}, {}],
    [
      'MoySklad’s clock ahead, and the sale read before',
      'other',
      { createdAtMs: startedAt + 3 * minute },
      {},
      { seenAtMs: startedAt - 1_500 },
    ],
    // MoySklad's clock beside itself does.
    [
      'made before a sale that was read before the draft',
      'doubtful',
      { createdAtMs: startedAt },
      {},
      { newestMadeMs: startedAt + 1 },
    ],
    [
      'made after a sale that was read before the draft',
      'same',
      { createdAtMs: startedAt },
      {},
      { newestMadeMs: startedAt },
    ],

    // A draft that was begun in a saved sale.
    ['the sale that the draft names', 'same', { id: named }, { documentId: named }, { seenAtMs: 1 }],
    [
      'the sale that the draft names, changed since',
      'doubtful',
      { id: named, sale: goodsSale(600) },
      { documentId: named },
      { seenAtMs: 1 },
    ],
    [
      'the sale that the draft names, not posted',
      'same',
      { id: named, applicable: false },
      { documentId: named },
      {},
    ],
    ['an equal sale that the draft does not name', 'other', {}, { documentId: named }, {}],
  ])('%s: %s', (_, verdict, document, draft, order) =>
    expect(matchDraft(documentOf(document), draftOf(draft), { ...never, ...order })).toBe(verdict),
  )

  const two: Sale = { rows: [row(goodsId, 2, 100), row(otherId, 1, 300)], sumKopecks: kopecks(500) }
  test.each<[string, MatchVerdict, Sale]>([
    ['in another order', 'same', { ...two, rows: two.rows.toReversed() }],
    [
      'with a price that differs in the last digits',
      'same',
      { ...two, rows: [row(goodsId, 2, 100.001), two.rows[1]!] },
    ],
    ['with one row twice and the other not at all', 'other', { ...two, rows: [two.rows[0]!, two.rows[0]!] }],
    ['with a row more', 'other', { ...two, rows: [...two.rows, row(goodsId, 1, 0)] }],
    ['with another quantity', 'other', { ...two, rows: [row(goodsId, 1, 100), two.rows[1]!] }],
    ['with another sum', 'other', { ...two, sumKopecks: kopecks(501) }],
  ])('the same rows %s: %s', (_, verdict, sale) =>
    expect(matchDraft(documentOf({ sale }), draftOf({ sale: two, documentMoment: null }), never)).toBe(
      verdict,
    ),
  )
})

describe('[M3] what the till takes away from it', () => {
  const after: TillOrder = { hadBefore: false, openedAfter: true }
  const elsewhere: TillOrder = { hadBefore: false, openedAfter: false }
  const before: TillOrder = { hadBefore: true, openedAfter: false }
  const soon = startedAt + 2 * minute
  const named = { documentId: randomUUID() as DocumentId }

  test.each<[string, MatchVerdict, MatchVerdict, TillOrder, Partial<Draft>, number]>([
    ['opened in the draft’s tab after its last change', 'same', 'same', after, {}, soon],
    ['opened in another tab, or found in the list', 'doubtful', 'same', elsewhere, {}, soon],
    ['the till had it when the draft was begun', 'other', 'same', before, {}, soon],
    ['had before, and opened again now', 'other', 'same', { ...before, openedAfter: true }, {}, soon],
    ['resembles it, had before', 'other', 'doubtful', before, {}, soon],
    ['resembles it, opened after', 'doubtful', 'doubtful', after, {}, soon],
    ['resembles it in the minute alone', 'other', 'doubtful', elsewhere, { sale: goodsSale(400) }, soon],
    ['has its sum, opened elsewhere', 'doubtful', 'doubtful', elsewhere, {}, soon],
    ['is none for the server', 'other', 'other', after, {}, soon],
    ['just not too old', 'same', 'same', after, {}, startedAt + minute + draftFreshMs],
    ['too old', 'doubtful', 'same', after, {}, startedAt + minute + draftFreshMs + 1],
    ['named by the draft, had before', 'same', 'same', before, named, soon],
    ['named by the draft, days later', 'same', 'same', elsewhere, named, soon + 9 * draftFreshMs],
  ])('%s: %s', (_, verdict, said, order, draft, nowMs) =>
    expect(matchAtTill(said, draftOf(draft), { sumKopecks: kopecks(500) }, order, nowMs)).toBe(verdict),
  )
})
