import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import type { ContextKeys } from './context-keys.ts'
import {
  ACCOUNT_ID,
  AGENT,
  APP_ID,
  APP_NAME,
  APP_UID,
  CARDS,
  CURRENCY_ID,
  EMPLOYEES,
  GOOD_FOLDERS,
  PRODUCTS,
  STORE,
  type DemoProduct,
} from './demo.ts'
import type { Documents } from './documents.ts'
import { apiError } from './json-errors.ts'
import { moscowMinute } from './moscow-time.ts'
import { DocumentRefused } from './payments.ts'
import { ReturnRequest, SaveRequest, type Bootstrap, type Good, type NewSale } from './page/wire/ui-wire.ts'
import type { UserTokens } from './user-tokens.ts'
import { tryShape } from '../core/shape.ts'

export type UiApiDeps = {
  apiBase: string
  widgetUrl: string
  documents: Documents
  contextKeys: ContextKeys
  userTokens: UserTokens
  now: () => number
}

const OfEmployee = v.strictObject({ employeeId: v.pipe(v.string(), v.uuid()) })

/** What the checkout page asks its own server. */
export function createUiApi(deps: UiApiDeps): Hono {
  const { apiBase, widgetUrl, documents, contextKeys, userTokens, now } = deps
  const app = new Hono()

  app.get('/bootstrap', (c) => {
    const bootstrap: Bootstrap = {
      accountId: ACCOUNT_ID,
      apiBase,
      widgetUrl,
      appId: APP_ID,
      appUid: APP_UID,
      appName: APP_NAME,
      currencyId: CURRENCY_ID,
      agentId: AGENT.id,
      storeName: STORE.name,
      employees: EMPLOYEES.map(({ id, login, firstName, lastName, position }) => ({
        id,
        login,
        name: `${firstName} ${lastName}`,
        position,
      })),
      goodFolders: GOOD_FOLDERS.map(({ id, name }) => ({ id, name })),
      goods: PRODUCTS.map(good),
      cardNumbers: CARDS.map((card) => card.number),
    }
    return c.json(bootstrap)
  })

  app.post('/context-keys', async (c) => {
    const { employeeId } = await bodyOf(c, OfEmployee)
    return c.json({ contextKey: contextKeys.issue(employeeId, APP_UID) })
  })

  app.post('/user-tokens', async (c) => {
    const { employeeId } = await bodyOf(c, OfEmployee)
    return c.json({ token: userTokens.issue(employeeId, APP_UID) })
  })

  /** A scanner's barcode finds one thing exactly; typed text finds by a part of the name or code. */
  app.get('/goods', (c) => {
    const barcode = c.req.query('barcode')
    const text = (c.req.query('search') ?? '').toLowerCase()
    const found = PRODUCTS.filter((product) =>
      barcode !== undefined
        ? product.barcode === barcode
        : product.name.toLowerCase().includes(text) || product.code.includes(text),
    )
    return c.json({ goods: found.map(good) })
  })

  app.get('/sales/new', (c) => {
    const fresh: NewSale = {
      name: documents.nextName(),
      moment: moscowMinute(now()),
      shiftName: documents.shifts.current()?.name ?? null,
    }
    return c.json(fresh)
  })
  app.get('/sales', (c) => c.json({ sales: documents.list().filter((sale) => sale.deleted === null) }))
  app.get('/sales/:id', (c) => {
    const sale = documents.get(c.req.param('id'))
    return sale === undefined || sale.deleted !== null ? noSale(c) : c.json(sale)
  })
  app.post('/sales', async (c) => {
    const { employeeId, draft } = await bodyOf(c, SaveRequest)
    return c.json(documents.create(employeeId, draft), 201)
  })
  app.put('/sales/:id', async (c) => {
    const { draft } = await bodyOf(c, SaveRequest)
    const sale = documents.update(c.req.param('id'), draft)
    return sale === undefined ? noSale(c) : c.json(sale)
  })
  app.delete('/sales/:id', (c) => (documents.trash(c.req.param('id')) ? c.body(null, 204) : noSale(c)))

  app.get('/shifts', (c) => c.json({ shifts: documents.shifts.list().toReversed() }))
  app.post('/shifts', (c) => c.json(documents.shifts.open()))
  app.post('/shifts/:id/close', (c) => c.json(documents.shifts.close(c.req.param('id'))))

  app.get('/returns/new', (c) => c.json(documents.returns.propose(c.req.query('demand') ?? '')))
  app.get('/returns', (c) =>
    c.json({ returns: documents.returns.list().filter((one) => one.deleted === null) }),
  )
  app.get('/returns/:id', (c) => {
    const view = documents.returns.get(c.req.param('id'))
    return view === undefined || view.deleted !== null ? noReturn(c) : c.json(view)
  })
  app.post('/returns', async (c) => {
    const { employeeId, draft } = await bodyOf(c, ReturnRequest)
    return c.json(documents.returns.create(employeeId, draft), 201)
  })
  app.put('/returns/:id', async (c) => {
    const { draft } = await bodyOf(c, ReturnRequest)
    const view = documents.returns.update(c.req.param('id'), draft)
    return view === undefined ? noReturn(c) : c.json(view)
  })
  app.delete('/returns/:id', (c) =>
    documents.returns.trash(c.req.param('id')) ? c.body(null, 204) : noReturn(c),
  )

  app.onError((error, c) => {
    if (error instanceof BadBody) return apiError(c, 400, error.message)
    if (error instanceof DocumentRefused) return apiError(c, 412, error.message, error.code)
    throw error
  })
  return app
}

class BadBody extends Error {
  override readonly name = 'BadBody'
}

/** The body of a request, or an answer 400 that says what is wrong with it. */
async function bodyOf<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  let json: unknown
  try {
    json = await c.req.json()
  } catch (error) {
    throw new BadBody('Тело запроса не является JSON', { cause: error })
  }
  const parsed = tryShape(schema, json)
  if (!parsed.success) throw new BadBody(`Ошибка формата: ${parsed.error.message}`)
  return parsed.data
}

function noSale(c: Context): Response {
  return apiError(c, 404, 'Продажа не найдена', 1021)
}

function noReturn(c: Context): Response {
  return apiError(c, 404, 'Возврат не найден', 1021)
}

function good(product: DemoProduct): Good {
  const { id, name, code, barcode, priceKopecks, uom, certificate } = product
  return { id, name, code, barcode, priceKopecks, uom, certificate, weighed: uom === 'кг' }
}
