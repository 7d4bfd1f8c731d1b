import { Hono, type Context } from 'hono'
import { PRODUCTS, STORE } from './demo.ts'
import type { Documents } from './documents.ts'
import type { Entities, JsonObject } from './entities.ts'
import { apiError } from './json-errors.ts'
import { BadQuery, parseFilter, parseOrder } from './json-filter.ts'
import { gzipOnly, jsonOnly, pack } from './moysklad-http.ts'

export type JsonApiDeps = { documents: Documents; entities: Entities; token: string }

const MAX_LIMIT = 1000
/** With a larger page `expand` is ignored without a word. */
const MAX_EXPANDED_LIMIT = 100

const SALE_FIELDS: ReadonlySet<string> = new Set(
  [
    'accountId agent applicable code created deleted description externalCode group id moment name organization',
    'owner retailShift retailStore shared state store sum syncId updated',
  ].flatMap((line) => line.split(' ')),
)
const GOODS_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'code',
  'archived',
  'updated',
  'externalCode',
])
const STORE_FIELDS: ReadonlySet<string> = new Set(['id', 'name', 'archived', 'active', 'updated'])

type Page = { readonly limit: number; readonly offset: number; readonly expand: ReadonlySet<string> }

/** The part of MoySklad's JSON API 1.2 that a gift-card server reads, behaving as its documentation says. */
export function createJsonApi({ documents, entities, token }: JsonApiDeps): Hono {
  const app = new Hono()
  app.use(gzipOnly, pack, jsonOnly)
  app.use(async (c, next) => {
    if (c.req.header('authorization') === `Bearer ${token}`) return next()
    c.header('X-Lognex-Auth', '1056')
    c.header('X-Lognex-Auth-Message', 'Authentication failed')
    return apiError(c, 401, 'Ошибка аутентификации: Неправильный ключ авторизации', 1056)
  })

  app.get('/entity/retaildemand', (c) => {
    const { rest, bin } = takeIsDeleted(c.req.query('filter') ?? '')
    return list(c, 'retaildemand', SALE_FIELDS, rest, (page) =>
      documents
        .list()
        .filter((sale) => (sale.deleted !== null) === bin)
        .map((sale) => entities.retailDemand(sale, page.expand)),
    )
  })
  app.get('/entity/retaildemand/:id', (c) => {
    const sale = documents.get(c.req.param('id'))
    if (sale === undefined) return notFound(c, 'retaildemand')
    return c.json(entities.retailDemand(sale, expandOf(c)))
  })
  app.delete('/entity/retaildemand/:id', (c) =>
    documents.remove(c.req.param('id')) ? c.body(null, 200) : notFound(c, 'retaildemand'),
  )

  const products = () => PRODUCTS.map((product) => entities.product(product))
  app.get('/entity/product', (c) => goodsList(c, 'product'))
  app.get('/entity/assortment', (c) => goodsList(c, 'assortment'))
  app.get('/entity/product/:id', (c) => {
    const product = PRODUCTS.find((one) => one.id === c.req.param('id'))
    return product === undefined ? notFound(c, 'product') : c.json(entities.product(product))
  })

  app.get('/entity/retailstore', (c) =>
    list(c, 'retailstore', STORE_FIELDS, c.req.query('filter') ?? '', () => [entities.retailStore()]),
  )
  app.get('/entity/retailstore/:id', (c) =>
    c.req.param('id') === STORE.id ? c.json(entities.retailStore()) : notFound(c, 'retailstore'),
  )

  app.notFound((c) => apiError(c, 404, `Неизвестный путь: '${c.req.path}'`))
  app.onError((error, c) => {
    if (error instanceof BadQuery) return apiError(c, 400, error.message)
    throw error
  })
  return app

  /** The filter key is `barcode` although the field is called `barcodes` and holds objects. */
  function goodsList(c: Context, type: 'product' | 'assortment'): Response {
    const parts = (c.req.query('filter') ?? '').split(';')
    const barcodes = parts.flatMap((part) => /^barcode=(.*)$/.exec(part)?.[1] ?? [])
    const rest = parts.filter((part) => !part.startsWith('barcode=')).join(';')
    const wanted = (row: JsonObject) =>
      barcodes.length === 0 ||
      barcodes.some((barcode) => JSON.stringify(row['barcodes']).includes(`"${barcode}"`))
    return list(c, type, GOODS_FIELDS, rest, () => products().filter(wanted))
  }

  function list(
    c: Context,
    type: string,
    fields: ReadonlySet<string>,
    filter: string,
    rowsOf: (page: Page) => JsonObject[],
  ): Response {
    const page = pageOf(c)
    const order = c.req.query('order')
    const rows = rowsOf(page).filter(parseFilter(filter, fields))
    if (order !== undefined) rows.sort(parseOrder(order, fields))
    const next = page.offset + page.limit
    const link = (offset: number) => {
      const query = new URLSearchParams({
        ...c.req.query(),
        limit: String(page.limit),
        offset: String(offset),
      })
      return entities.meta(type, `entity/${type}?${query.toString()}`)['href'] ?? null
    }
    return c.json({
      context: { employee: { meta: entities.meta('employee', 'context/employee') } },
      meta: {
        ...entities.meta(type, `entity/${type}`),
        size: rows.length,
        limit: page.limit,
        offset: page.offset,
        ...(next < rows.length ? { nextHref: link(next) } : {}),
        ...(page.offset > 0 ? { previousHref: link(Math.max(0, page.offset - page.limit)) } : {}),
      },
      rows: rows.slice(page.offset, next),
    })
  }
}

/** The bin is another list, not a field: without `isDeleted=true` nothing in it is found. */
function takeIsDeleted(filter: string): { rest: string; bin: boolean } {
  const parts = filter.split(';')
  return {
    rest: parts.filter((part) => !part.startsWith('isDeleted=')).join(';'),
    bin: parts.includes('isDeleted=true'),
  }
}

function pageOf(c: Context): Page {
  const limit = wholeNumber(c, 'limit', MAX_LIMIT)
  if (limit < 1 || limit > MAX_LIMIT) throw new BadQuery("Неверное значение параметра 'limit'")
  const offset = wholeNumber(c, 'offset', 0)
  return { limit, offset, expand: limit <= MAX_EXPANDED_LIMIT ? expandOf(c) : new Set() }
}

function expandOf(c: Context): ReadonlySet<string> {
  return new Set((c.req.query('expand') ?? '').split(','))
}

function wholeNumber(c: Context, name: string, fallback: number): number {
  const text = c.req.query(name)
  if (text === undefined) return fallback
  if (!/^\d+$/.test(text)) throw new BadQuery(`Неверное значение параметра '${name}'`)
  return Number(text)
}

function notFound(c: Context, type: string): Response {
  return apiError(c, 404, `Объект с типом '${type}' и указанным идентификатором не найден`, 1021)
}
