import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cardWith, Shop, unsoldCards } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** Every refused case has its own sentence, and nothing is changed by it. */

let shop: Shop
let till: TillPage

beforeAll(async () => {
  shop = await Shop.open()
  till = await shop.till()
})
afterAll(() => shop.close())

beforeEach(async () => {
  await till.newSale()
})

describe('cards that cannot pay', () => {
  it.each([
    ['card_unsold', unsoldCards[9]!.number, 'Карта ещё не продана'],
    ['card_blocked', cardWith('blocked').number, 'Карта заблокирована, позовите управляющего'],
    ['card_expired', cardWith('expired', 100_000).number, 'Срок истёк 31.01.2026: оплатить нельзя'],
    ['check digit', '2900000000007', 'Номер с ошибкой'],
    ['card_unknown', '2900000000001', 'Карта не найдена. Проверьте номер'],
    ['goods', '4607746434128', 'Это товар, а не подарочная карта'],
    ['unreadable', '12345678', 'Это не номер подарочной карты'],
  ])('[C3] %s', async (_code, number, sentence) => {
    await till.addGood(goods.coffee)
    await till.scan('create', number)
    await till.sees('create', sentence)
    await till.save()
    await till.saved()
  })

  it('[C3] an empty card', async () => {
    const card = cardWith('active', 1)
    await till.addGood(goods.coffee)
    await till.scan('create', card.number)
    await till.prepare(/Списать с подарочной карты 0,01/)
    await till.saveNew()
    await till.sees('edit', /списано 0,01.₽, остаток 0,00/)
    await till.newSale()
    await till.addGood(goods.coffee)
    await till.scan('create', card.number)
    await till.sees('create', 'На карте пусто')
  })

  it('[C6] the same card twice in one sale', async () => {
    const card = cardWith('active', 9_990)
    await till.addGood(goods.coffee)
    await till.scan('create', card.number)
    await till.sees('create', /Списать с подарочной карты 99,90/)
    // Another number between the two: the scanner does not repeat itself here.
    await till.scanKeys('2900000000001')
    await till.sees('create', 'Карта не найдена')
    await till.scanKeys(card.number)
    await till.sees('create', 'Эта карта уже в чеке')
    await till.press('create', 'Убрать')
    await till.frame('create').getByText('•••• 2611').waitFor({ state: 'detached' })
    await expect.poll(() => shop.liveHolds(card)).toBe(0)
  })

  it('[C5] a certificate cannot be bought with a gift card: only the goods are offered', async () => {
    await till.addGood(goods.certificate1000)
    await till.addGood(goods.tea)
    await till.scan('create', cardWith('active', 300_000).number)
    await till.sees('create', /Списать с подарочной карты 349,00/)
    await till.press('create', 'Убрать')
  })
})

describe('sales that MoySklad must not save', () => {
  it('[M2] a certificate without a card', async () => {
    await till.addGood(goods.certificate3000)
    await till.save()
    expect(await till.hostError()).toMatch(/Отсканируйте карту для «Сертификат 3.000 ₽» в окне «Подарок»/)
  })

  it('[M2] fewer cards than certificates', async () => {
    await till.addGood(goods.certificate1000)
    await till.addGood(goods.certificate3000)
    await till.save()
    expect(await till.hostError()).toContain('Отсканируйте новые подарочные карты: ещё 2')
  })

  it('[M2] two certificates and one card: the panel says what MoySklad is told, and nothing is green', async () => {
    await till.addGood(goods.certificate1000)
    await till.addGood(goods.certificate3000)
    await till.scan('create', unsoldCards[9]!.number)
    await till.sees('create', /для «Сертификат/)
    await till.sees('create', 'Отсканируйте новые подарочные карты: ещё 1')
    expect(await till.texts('create')).not.toContain('Подготовлено')
    await till.save()
    expect(await till.hostError()).toContain('Отсканируйте новые подарочные карты: ещё 1')
    await till.press('create', 'Убрать')
  })

  it('[C2] a certificate with a discount', async () => {
    await till.addGood(goods.certificate3000)
    await till.page.getByTestId('discount-1').fill('10')
    await till.page.getByTestId('discount-1').press('Enter')
    await till.sees('create', 'Уберите скидку с сертификата')
    await till.save()
    expect(await till.hostError()).toContain('Уберите скидку с сертификата')
  })

  it('[C2] a part of a certificate', async () => {
    await till.addGood(goods.certificate3000)
    await till.page.getByTestId('quantity-1').fill('1,5')
    await till.page.getByTestId('quantity-1').press('Enter')
    await till.save()
    expect(await till.hostError()).toContain('Сертификат продаётся только целыми штуками')
  })

  it('[M2] a scanned card that the cashier has not decided about', async () => {
    await till.addGood(goods.coffee)
    await till.scan('create', cardWith('active', 300_000).number)
    await till.sees('create', /Списать с подарочной карты/)
    await till.save()
    expect(await till.hostError()).toContain('Нажмите «Списать с подарочной карты» или уберите карту')
    await till.press('create', 'Убрать')
  })
})

describe('after the sale was saved', () => {
  it('[U5] a refused charge fills the screen with the sum to collect', async () => {
    const card = cardWith('active', 150_000)
    await till.addGood(goods.coffee)
    await till.addGood(goods.tea)
    await till.scan('create', card.number)
    await till.prepare(/Списать с подарочной карты 1.500,00/)
    // The record is on its way while somebody else takes the coffee out of the sale: the card may pay less than was prepared.
    await shop.fault({ kind: 'stall', path: '/api/sync', times: null })
    const sent = till.page.waitForRequest(/\/api\/sync$/)
    await till.saveNew()
    await sent
    await shop.changeLastSale((rows) => ({ rows: rows.slice(1), cashSum: 34_900 }))
    await shop.clearFaults()
    await till.sees('edit', 'НЕ СПИСАНО')
    await till.sees('edit', /Примите 1.500,00.₽ деньгами или удалите продажу/)
    await till.sees('edit', /не больше 349,00/)
    expect(shop.balance(card)).toBe(150_000)
    expect(shop.liveHolds(card)).toBe(0)
    await till.press('edit', 'Понятно')
    await till.frame('edit').getByText('НЕ СПИСАНО').waitFor({ state: 'detached' })
  })

  it('[M3] nobody is asked to pay more for a sale than it is worth by now, and its draft is asked about elsewhere', async () => {
    const card = cardWith('active', 250_000)
    await till.newSale()
    await till.addGood(goods.coffee)
    await till.addGood(goods.tea)
    await till.scan('create', card.number)
    await till.prepare(/Списать с подарочной карты 1.998,00/)
    await shop.switch({ server: 'down' })
    await till.saveNew()
    await till.sees('edit', /Нет связи. Подготовлено/)
    await till.page.getByTestId('remove-1').click()
    await till.save()
    await till.saved()
    await shop.switch({ server: 'up' })
    // It is asked about where it belongs, and nothing but letting the card go can be right.
    await till.sees('edit', /продажа с тех пор изменилась/)
    expect(
      await till
        .frame('edit')
        .getByRole('button', { name: /Да, списать/ })
        .count(),
    ).toBe(0)
    expect(shop.posted(card, 'redeem')).toBe(0)
    await till.newSale()
    await till.sees('create', /подготовили, но не сохранили/)
    expect(shop.balance(card)).toBe(250_000)
    await till.press('create', 'Отпустить карту')
    await till.frame('create').getByText('подготовили, но не сохранили').waitFor({ state: 'detached' })
  })

  it('[A5] too many unknown numbers slow down and ask for a manager', async () => {
    for (let i = 0; i < 25; i++) {
      const body = `29${String(10_000_000 + i * 37).padStart(10, '0')}`
      const answered = till.page.waitForResponse(/\/api\/lookup$/)
      await till.scan('create', body + ean13(body))
      await answered
    }
    await till.sees('create', 'Слишком много попыток, позовите управляющего')
  })
})

function ean13(digits: string): string {
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 ? 3 : 1), 0)
  return String((10 - (sum % 10)) % 10)
}
