import { beforeEach, describe, expect, it } from 'vitest'
import {
  AGENT,
  APP_ID,
  APP_UID,
  CERTIFICATES,
  CURRENCY_ID,
  ACCOUNT_ID,
  EMPLOYEES,
  GOODS,
  PRODUCTS,
  SHIFT,
} from '../../demo.ts'
import { CREATE, EDIT } from '../protocol/points.ts'
import type { HostMessage } from '../protocol/host-messages.ts'
import { fakeHost, last, lastId } from '../testing/fake-frame.ts'
import { saleSumKopecks } from '../wire/sale-sum.ts'
import type { Bootstrap, Good, SaleView } from '../wire/ui-wire.ts'
import { NoConnection, type Api } from './api.ts'
import { createCheckout, type Checkout } from './checkout.ts'
import { createDialogs, type Dialogs } from './dialog.ts'

const NOW = '2026-10-02 12:31:00.000'
const goods: Good[] = PRODUCTS.map(({ id, name, code, barcode, priceKopecks, uom, certificate }) => ({
  id,
  name,
  code,
  barcode,
  priceKopecks,
  uom,
  certificate,
  weighed: uom === 'кг',
}))
const shop: Bootstrap = {
  accountId: ACCOUNT_ID,
  apiBase: 'http://host/api/remap/1.2',
  widgetUrl: 'http://widget',
  appId: APP_ID,
  appUid: APP_UID,
  appName: 'Подарок',
  currencyId: CURRENCY_ID,
  agentId: AGENT.id,
  storeName: 'Магазин',
  employees: [],
  goodFolders: [],
  goods,
  cardNumbers: [],
}

let stored: Map<string, SaleView>
let cut: boolean
let box: ReturnType<typeof fakeHost>
let dialogs: Dialogs
let checkout: Checkout

function fakeApi(): Api {
  const orCut = <T>(value: () => T): Promise<T> =>
    cut ? Promise.reject(new NoConnection('Нет связи с МойСклад')) : Promise.resolve(value())
  const store = (id: string, request: Parameters<Api['createSale']>[0]): SaleView => {
    const { draft, employeeId } = request
    const rows = draft.rows.map((row, index) => ({ ...row, id: row.id ?? `${id.slice(0, -2)}f${index}` }))
    const view: SaleView = {
      ...draft,
      id,
      rows,
      sum: saleSumKopecks(rows),
      name: '00001',
      moment: NOW,
      created: NOW,
      updated: NOW,
      deleted: null,
      ownerId: employeeId,
      storeId: 'aa5e0f10-0000-11f0-0a80-000000000001',
      shiftId: SHIFT.id,
      shiftName: SHIFT.name,
      cheque: null,
    }
    stored.set(id, view)
    return view
  }
  const unused = () => Promise.reject(new Error('not a part of this test'))
  return {
    bootstrap: unused,
    contextKey: unused,
    userToken: unused,
    switches: unused,
    setSwitch: unused,
    frameLoad: unused,
    cards: unused,
    descriptor: unused,
    goodsByBarcode: (barcode) => orCut(() => ({ goods: goods.filter((good) => good.barcode === barcode) })),
    goodsByText: (text) => orCut(() => ({ goods: goods.filter((good) => good.name.includes(text)) })),
    newSale: () => orCut(() => ({ name: '00001', moment: NOW, shiftName: SHIFT.name })),
    sales: () => orCut(() => ({ sales: [...stored.values()] })),
    sale: (id) => orCut(() => stored.get(id)!),
    createSale: (request) => orCut(() => store(`5b1d0c3e-7a10-11f0-0a80-0c020000000${stored.size}`, request)),
    updateSale: (id, request) => orCut(() => store(id, request)),
    shifts: unused,
    openShift: unused,
    closeShift: unused,
    printCheque: unused,
    newReturn: unused,
    returns: unused,
    oneReturn: unused,
    createReturn: unused,
    updateReturn: unused,
    deleteReturn: unused,
    deleteSale: (id) => orCut(() => void stored.delete(id)),
  }
}

beforeEach(async () => {
  stored = new Map()
  cut = false
  box = fakeHost()
  dialogs = createDialogs()
  checkout = createCheckout({
    api: fakeApi(),
    shop,
    employeeId: EMPLOYEES[0]!.id,
    dialogs,
    host: box.host,
    onRoute: () => undefined,
  })
  await checkout.go({ page: 'new' })
  await Promise.resolve()
})

function changes(): Extract<HostMessage, { name: 'Change' }>[] {
  return [...box.create.got, ...box.edit.got].filter((message) => message.name === 'Change')
}

function agree(frame = box.create): void {
  box.say(frame, { name: 'ValidationFeedback', messageId: 1, correlationId: lastId(frame), valid: true })
}

async function answerDialog(name: string): Promise<void> {
  await expect.poll(() => dialogs.shown.value).not.toBeNull()
  dialogs.shown.value?.resolve({ dialogResolution: 'normal', buttonName: name })
}

describe('Change', () => {
  it('carries the whole sale, with nulls where the database has not spoken yet', () => {
    checkout.addGood(goods[0]!)
    const [change] = changes()
    expect(change).toMatchObject({ extensionPoint: CREATE, changeHints: ['positions'] })
    expect(change?.objectState).toMatchObject({
      meta: null,
      id: null,
      accountId: null,
      created: null,
      externalCode: null,
      name: '00001',
      updated: NOW,
      sum: 100_000,
      description: null,
      positions: {
        meta: { href: null, size: 1, limit: 1000, offset: 0 },
        rows: [
          {
            meta: { href: null, type: 'demandposition' },
            id: null,
            accountId: null,
            quantity: 1,
            price: 100_000,
            assortment: { meta: { href: `http://host/api/remap/1.2/entity/product/${CERTIFICATES[0]!.id}` } },
          },
        ],
      },
    })
    expect(Object.keys(change!.objectState)).not.toEqual(
      expect.arrayContaining(['cashSum', 'noCashSum', 'retailStore', 'retailShift', 'owner']),
    )
  })

  it('is sent once for each edit and not when nothing really changed', () => {
    checkout.addGood(goods[2]!)
    const key = checkout.sale.value!.rows[0]!.key
    checkout.editRow(key, { quantity: 2 })
    checkout.editRow(key, { quantity: 2 })
    checkout.setDescription('')
    checkout.setApplicable(true)
    expect(changes()).toHaveLength(2)
    checkout.setDescription('тест')
    expect(changes().at(-1)?.changeHints).toEqual(['_fields'])
  })

  it('of a saved sale knows the account of a row that is not saved yet', async () => {
    checkout.addGood(goods[2]!)
    agree()
    await checkout.save()
    await expect.poll(() => box.edit.got.length).toBe(1)
    checkout.addGood(goods[3]!)
    expect(last(box.edit)).toMatchObject({
      objectState: { positions: { rows: [{}, { id: null, accountId: ACCOUNT_ID }] } },
    })
  })

  it('is not sent for payment, which still has to be saved', () => {
    checkout.addGood(goods[2]!)
    checkout.setPaid({ noCashSum: 100 })
    expect([changes().length, checkout.changed.value]).toEqual([1, true])
  })
})

describe('saving a new sale', () => {
  it('closes its widget without a word and opens the other one with the new id', async () => {
    checkout.addGood(goods[2]!)
    agree()
    await checkout.save()
    await expect.poll(() => box.edit.got.length).toBe(1)
    expect(box.create.got.map((message) => message.name)).toEqual(['Open', 'Change'])
    expect(last(box.edit)).toMatchObject({
      name: 'Open',
      extensionPoint: EDIT,
      objectId: [...stored.keys()][0],
    })
    expect(checkout.changed.value).toBe(false)
  })

  it('is refused with the widget’s reason, and nothing is stored', async () => {
    checkout.addGood(goods[0]!)
    const reason = { valid: false, message: 'Нужно карт: 1' }
    box.say(box.create, {
      name: 'ValidationFeedback',
      messageId: 1,
      correlationId: lastId(box.create),
      ...reason,
    })
    await checkout.save()
    expect([checkout.error.value, stored.size]).toEqual(['Ошибка Подарок: Нужно карт: 1', 0])
  })

  it('without rows is refused by the host itself', async () => {
    await checkout.save()
    expect(checkout.error.value).toContain('хотя бы одну позицию')
  })

  it('while everything is cut keeps the sale on screen and says why', async () => {
    checkout.addGood(goods[2]!)
    agree()
    cut = true
    await checkout.save()
    expect([checkout.error.value, checkout.sale.value?.rows.length]).toEqual(['Нет связи с МойСклад', 1])
    cut = false
    await checkout.save()
    expect(stored.size).toBe(1)
  })
})

describe('saving again', () => {
  beforeEach(async () => {
    checkout.addGood(goods[2]!)
    agree()
    await checkout.save()
    await expect.poll(() => box.edit.got.length).toBe(1)
  })

  it('without changes asks nobody and still tells the widget', async () => {
    await checkout.save()
    expect(box.edit.got.map((message) => message.name)).toEqual(['Open', 'Save'])
  })

  it('with a change asks, stores, then sends Save and no Change for what saving altered', async () => {
    checkout.setDescription('тест')
    agree(box.edit)
    await checkout.save()
    expect(box.edit.got.map((message) => message.name)).toEqual(['Open', 'Change', 'Save'])
    expect([...stored.values()][0]?.description).toBe('тест')
  })

  it('leaving with unsaved data of the widget raises the platform’s question', async () => {
    box.say(box.edit, { name: 'SetDirty', messageId: 1, openMessageId: 1 })
    const leaving = checkout.go({ page: 'list' })
    await answerDialog('cancel')
    await leaving
    expect(checkout.route.value.page).toBe('sale')
    const again = checkout.go({ page: 'list' })
    await answerDialog('yes')
    await again
    expect([checkout.route.value.page, last(box.edit).name]).toEqual(['list', 'Save'])
  })

  it('the next sale opens the same frame anew', async () => {
    await checkout.go({ page: 'new' })
    await expect.poll(() => box.create.got.filter((message) => message.name === 'Open').length).toBe(2)
    expect([box.create.loads, box.edit.loads]).toEqual([1, 1])
  })

  it('deleting asks first and ends in the list', async () => {
    const removing = checkout.remove()
    await answerDialog('yes')
    await removing
    expect([stored.size, checkout.route.value.page]).toEqual([0, 'list'])
  })
})

describe('leaving a changed sale', () => {
  it.each([
    ['no', 'list', 0],
    ['cancel', 'new', 0],
    ['yes', 'list', 1],
  ])('«%s» ends at %s with %i stored', async (answer, page, count) => {
    checkout.addGood(goods[2]!)
    agree()
    const leaving = checkout.go({ page: 'list' })
    await answerDialog(answer)
    await leaving
    expect([checkout.route.value.page, stored.size]).toEqual([page, count])
  })
})

describe('the scanner', () => {
  it('adds goods by barcode, the same again makes the row larger, and no burst is lost', async () => {
    await Promise.all([
      checkout.scan(GOODS[0]!.barcode),
      checkout.scan(GOODS[1]!.barcode),
      checkout.scan(GOODS[0]!.barcode),
    ])
    expect(checkout.sale.value?.rows.map((row) => row.quantity)).toEqual([2, 1])
  })

  it('says what it could not find', async () => {
    await checkout.scan('2902146216537')
    expect(checkout.error.value).toBe('Товар со штрихкодом или названием «2902146216537» не найден')
  })
})
