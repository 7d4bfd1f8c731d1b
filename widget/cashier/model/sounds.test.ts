import { beforeEach, expect, it } from 'vitest'
import { SalePage } from '../testing/sale-page.ts'
import { type Sound, Sounds } from './sounds.ts'

const [card, unknown] = ['4006000000000001', '4006000000000009']
let page: SalePage
let played: Sound[]
let rows: Map<string, string>

beforeEach(async () => {
  page = new SalePage()
  page.addCard(card, 200_000)
  played = []
  rows = new Map()
  await page.newSale()
})

const listen = (of: SalePage['form']) =>
  new Sounds({
    checkout: of.checkout,
    play: (sound) => played.push(sound),
    storage: () => ({
      getItem: (key) => rows.get(key) ?? null,
      setItem: (key, value) => void rows.set(key, value),
    }),
  })

it('[U4] a charge, a refusal and a question are heard, each once', async () => {
  listen(page.form)
  listen(page.saved)
  await page.addGoods(34_900)
  await page.scan(unknown)
  expect(played).toEqual(['refused'])
  await page.scan(card)
  await page.press()
  expect(played).toEqual(['refused'])
  await page.save()
  expect(played).toEqual(['refused', 'taken'])
  await page.newSale()
  await page.addGoods(34_900)
  await page.scan(card)
  await page.press()
  await page.newSale()
  expect(played).toEqual(['refused', 'taken', 'attention'])
})

it('[U4] they can be turned off, and stay so', async () => {
  listen(page.form).toggle()
  const again = listen(page.form)
  expect(again.on.value).toBe(false)
  await page.addGoods(34_900)
  await page.scan(unknown)
  expect(played).toEqual([])
  again.toggle()
  expect(rows.get('podarok-sounds')).toBe('on')
})

it('[U4] turned off in one frame they are off in the others', async () => {
  const here = listen(page.form)
  listen(page.saved).toggle()
  here.readAgain()
  expect(here.on.value).toBe(false)
  await page.addGoods(34_900)
  await page.scan(unknown)
  expect(played).toEqual([])
})

it('[U4] a storage that is denied keeps nobody from turning them off', () => {
  const denied = (): never => {
    throw new DOMException('denied', 'SecurityError')
  }
  const sounds = new Sounds({ checkout: page.form.checkout, play: () => undefined, storage: denied })
  sounds.toggle()
  expect(sounds.on.value).toBe(false)
})
