import { beforeEach, describe, expect, it } from 'vitest'
import { statusOf } from './result.ts'
import { SalePage } from '../testing/sale-page.ts'

/** Any order of hands: the panel follows the sale, and says what MoySklad is told (M2, U1). */

const [card, second, fresh, freshToo] = [
  '4006000000000001',
  '4006000000000002',
  '4006000000000003',
  '4006000000000004',
]
const [tea, coffee] = [34_900, 164_900]

let page: SalePage

beforeEach(async () => {
  page = new SalePage()
  page.addCard(card, 200_000)
  page.addCard(second, 50_000)
  page.addCard(fresh, 'unsold')
  page.addCard(freshToo, 'unsold')
  await page.newSale()
})

const panel = () => page.shown.checkout.panel.value
const press = () => panel().press?.kopecks ?? null
const notice = () => page.shown.checkout.notice.value
const seen = () => page.shown.checkout.seen.value.map(({ last4 }) => last4)
const paid = () => (page.documentId ? page.ledger.done(page.documentId).redeemedKopecks : 0)

describe('a card before what it is for', () => {
  it('[M2] pays for the goods that come later', async () => {
    await page.scan(card)
    expect([seen(), press()]).toEqual([['0001'], null])
    await page.addGoods(tea)
    expect([seen(), press(), page.maySave]).toEqual([[], tea, false])
    await page.press()
    expect([panel().prepared, page.maySave]).toEqual(['redeem', true])
    await page.save()
    expect(paid()).toBe(tea)
  })

  it('[M2] is sold for the certificate that comes later', async () => {
    await page.scan(fresh)
    expect(seen()).toEqual(['0003'])
    await page.addCertificate()
    expect([seen(), panel().prepared, page.maySave]).toEqual([[], 'load', true])
    await page.save()
    expect(page.ledger.cards.get(fresh)).toMatchObject({ unsold: false, balanceKopecks: 150_000 })
  })

  it('[C6] and another one: both pay', async () => {
    await page.scan(second)
    await page.scan(card)
    await page.addGoods(coffee)
    expect(press()).toBe(coffee)
    await page.press()
    await page.save()
    expect([paid(), page.ledger.cards.get(second)!.balanceKopecks]).toEqual([coffee, 0])
  })

  it('[M4] waits for its own form alone', async () => {
    await page.scan(card)
    await page.newSale()
    await page.addGoods(tea)
    expect([seen(), press(), page.maySave]).toEqual([[], null, true])
  })
})

describe('a slow line', () => {
  let arrive: () => void
  beforeEach(() => {
    page.store.slow = new Promise((done) => (arrive = done))
  })
  const answered = async () => {
    page.store.slow = Promise.resolve()
    arrive()
    await new Promise<void>((done) => setImmediate(done))
  }

  it('[M2] a card pays for goods that were rung up while it was looked up', async () => {
    await page.scan(card)
    await page.addGoods(tea)
    expect(page.maySave).toBe(false)
    await answered()
    expect([seen(), press()]).toEqual([[], tea])
  })

  it('[M4] [U3] a card waits for the look-up of the sale before: its sale is not saved without it meanwhile', async () => {
    await page.scan(card)
    await page.newSale()
    await page.addGoods(tea)
    expect(page.maySave).toBe(true)
    await page.scan(second)
    expect([page.shown.checkout.busy.value, page.maySave]).toEqual([true, false])
    await answered()
    expect([page.shown.checkout.busy.value, press()]).toEqual([false, tea])
  })
})

it('[M2] a storage that is taken away keeps no saved sale waiting: what the server knows is asked all the same', async () => {
  await page.addGoods(tea)
  await page.save()
  page.store.isGone = true
  await page.openSaved(page.documentId!)
  const { charging, document } = page.shown.checkout
  expect([charging.searching.value, document.saved.value?.read]).toEqual([false, true])
  expect(page.logged).toEqual(['drafts_not_read Error: StorageEmptied'])
})

describe('goods after the card', () => {
  it('[M2] the sum follows until it is confirmed, and then asks for one press', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    expect(press()).toBe(tea)
    await page.addGoods(tea)
    expect([press(), panel().toPayKopecks]).toEqual([2 * tea, 0])
    await page.press()
    await page.addGoods(tea)
    expect([panel().prepared, press(), panel().toPayKopecks, page.maySave]).toEqual([
      'redeem',
      3 * tea,
      tea,
      true,
    ])
    await page.press()
    expect([panel().prepared, press(), panel().toPayKopecks]).toEqual(['redeem', null, 0])
    await page.save()
    expect(paid()).toBe(3 * tea)
  })

  it('[M2] a typed sum stays', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    const [one] = page.shown.checkout.draft.value!.redeems
    await page.shown.checkout.desk.setAmount(one!.cardId, 10_000 as never)
    await page.addGoods(coffee)
    expect([press(), panel().toPayKopecks]).toEqual([10_000, tea + coffee - 10_000])
  })

  it('[M2] a confirmed sum goes down with the sale and says so', async () => {
    await page.addGoods(tea)
    await page.addGoods(coffee)
    await page.scan(card)
    await page.press()
    await page.removeRow()
    expect([panel().prepared, panel().toPayKopecks, page.maySave]).toEqual(['redeem', 0, true])
    expect(notice()).toEqual({ kind: 'lowered', toKopecks: tea })
    await page.save()
    expect(paid()).toBe(tea)
  })

  it('[M2] without goods the card waits again, and nothing is held', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    await page.press()
    await page.removeRow()
    expect([seen(), panel().prepared, page.maySave, page.ledger.holds.size]).toEqual([
      ['0001'],
      null,
      true,
      0,
    ])
    await page.addGoods(tea)
    expect([seen(), press(), page.maySave]).toEqual([[], tea, false])
  })

  it('[U1] a press on a sum that is another by now confirms nothing', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    const shown = panel().press!.kopecks
    const pressed = page.shown.checkout.confirm(shown)
    await page.addGoods(tea)
    await pressed
    expect([panel().prepared, press()]).toEqual([null, 2 * tea])
  })
})

describe('certificates', () => {
  it('[M2] one of two has its card: nothing is green', async () => {
    await page.addCertificate()
    await page.addCertificate()
    await page.scan(fresh)
    expect([panel().prepared, panel().fault?.code, page.maySave]).toEqual([null, 'cards_missing', false])
    await page.scan(freshToo)
    expect([panel().prepared, panel().fault, page.maySave]).toEqual(['load', null, true])
  })

  it('[C5] beside goods: a paying card is decided about, the certificate still wants its own', async () => {
    await page.addCertificate()
    await page.addGoods(tea)
    await page.scan(card)
    expect([press(), panel().fault?.code, page.maySave]).toEqual([tea, 'certificate_without_card', false])
    await page.press()
    expect([press(), panel().prepared]).toEqual([null, null])
    await page.scan(fresh)
    expect([panel().prepared, page.maySave]).toEqual(['both', true])
  })

  it('[C2] a discount is told where the card stands, and goes with the discount', async () => {
    await page.addCertificate()
    await page.scan(fresh)
    await page.discount(10)
    expect([panel().prepared, panel().fault?.code, page.maySave]).toEqual([
      null,
      'certificate_discounted',
      false,
    ])
    await page.discount(10)
    expect([panel().prepared, panel().fault, page.maySave]).toEqual(['load', null, true])
  })

  it('[M2] the card of a row that was removed waits for another one', async () => {
    await page.addGoods(tea)
    await page.addCertificate()
    await page.scan(fresh)
    await page.removeRow()
    expect([seen(), page.maySave, page.ledger.holds.size]).toEqual([['0003'], true, 0])
    await page.addCertificate()
    expect([seen(), panel().prepared]).toEqual([[], 'load'])
  })
})

describe('[M4] a sale that cannot be read', () => {
  it('is saved where no card has to do with it', async () => {
    await page.addGoods(tea)
    await page.garble()
    await page.scan(card)
    expect([page.maySave, panel().fault, seen(), page.ledger.holds.size]).toEqual([true, null, ['0001'], 0])
  })

  it('keeps the card that was prepared, and is not saved before it can be read again', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    await page.press()
    await page.garble()
    expect([panel().prepared, panel().fault?.code, page.maySave]).toEqual([null, 'sale_unread', false])
    await page.addGoods(tea)
    expect([panel().prepared, page.maySave]).toEqual(['redeem', true])
  })
})

describe('the line', () => {
  it('[O5] [M2] a typed card is not green without it: the panel and MoySklad say so before the goods are sold', async () => {
    await page.addGoods(tea)
    await page.scan(card, 'typed')
    await page.press()
    await page.line(false)
    expect([panel().prepared, panel().fault?.code, page.maySave]).toEqual([null, 'line_needed', false])
    await page.line(true)
    expect([panel().prepared, page.maySave]).toEqual(['redeem', true])
    await page.line(false)
    await page.shown.checkout.takeCardsOff()
    expect([panel().fault, page.maySave]).toEqual([null, true])
  })

  it('[O2] a hold may end while a sale is prepared: then it is not green any more', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    await page.press()
    await page.line(false)
    expect(panel().prepared).toBe('redeem')
    page.ledger.nowMs += 15 * 60_000
    await page.tick()
    expect([panel().prepared, panel().fault?.code, page.maySave]).toEqual([null, 'line_needed', false])
  })

  it('[O2] without it a sum goes down, and up no further than what is held', async () => {
    await page.addGoods(coffee)
    await page.scan(card)
    await page.press()
    await page.line(false)
    await page.addGoods(tea)
    expect([panel().prepared, press(), panel().toPayKopecks]).toEqual(['redeem', null, tea])
    await page.removeRow()
    await page.removeRow()
    expect(seen()).toEqual(['0001'])
  })

  it('[M2] what waited is taken in when it is back', async () => {
    await page.scan(card)
    await page.line(false)
    await page.addGoods(tea)
    expect([press(), page.maySave]).toEqual([null, true])
    await page.line(true)
    expect([press(), page.maySave]).toEqual([tea, false])
  })
})

describe('a saved sale', () => {
  it('[M5] that is not posted says so, and is charged when it is', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    await page.press()
    await page.post(false)
    await page.save()
    const { checkout } = page.shown
    expect([paid(), checkout.charging.unposted.value.length, checkout.charging.questions.value]).toEqual([
      0,
      1,
      [],
    ])
    await page.post(true)
    await page.save()
    expect([paid(), checkout.charging.unposted.value]).toEqual([tea, []])
  })

  it('[M5] that is edited is charged by its Save, not before', async () => {
    await page.addGoods(tea)
    await page.save()
    await page.scan(card)
    await page.addGoods(coffee)
    await page.press()
    expect([paid(), panel().prepared, page.maySave]).toEqual([0, 'redeem', true])
    await page.save()
    expect(paid()).toBe(tea + coffee)
  })

  it('[C5] that cards have paid and that shrinks: MoySklad and the panel say what to do', async () => {
    await page.addGoods(tea)
    await page.addGoods(coffee)
    await page.scan(card)
    await page.press()
    await page.save()
    await page.removeRow()
    expect([panel().fault?.code, page.maySave]).toEqual(['paid_above_sale', false])
  })

  it('[M12] whose receipts are not in this till’s journal tells of them', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    await page.press()
    await page.save()
    const id = page.documentId!
    page.store.states.length = 0
    await page.openSaved(id)
    const { checkout } = page.shown
    expect(checkout.document.saved.value?.receipts).toMatchObject([{ operations: [{ amountKopecks: tea }] }])
    await page.scan(second)
    expect([seen(), press(), page.maySave]).toEqual([['0002'], null, true])
  })

  it('[A1] is asked about once, however often the session of its frame is renewed', async () => {
    await page.addGoods(tea)
    await page.save()
    page.ledger.calls.length = 0
    await page.renewSession()
    expect([page.ledger.calls, page.shown.checkout.charging.searching.value]).toEqual([[], false])
  })

  it('[M3] [P2b] is charged with two calls, the match and the charge', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    await page.press()
    page.ledger.calls.length = 0
    await page.save()
    expect(paid()).toBe(tea)
    expect(page.ledger.calls.slice(0, 1)).toEqual(['match'])
    expect(page.shown.checkout.results.value.map(statusOf)).toEqual(['done'])
  })
})

describe('[J11] another frame of the till', () => {
  it('lets the card go: the desk hears of it before Save', async () => {
    await page.addGoods(tea)
    await page.scan(card)
    await page.press()
    const draft = page.shown.checkout.draft.value!
    const other = page.saved.checkout
    await other.charging.answer({ draft, doubt: 'which', documentId: null, sale: null }, false)
    await new Promise((done) => setImmediate(done))
    expect([panel().prepared, notice()?.kind, page.maySave]).toEqual([null, 'decided_elsewhere', true])
  })
})
