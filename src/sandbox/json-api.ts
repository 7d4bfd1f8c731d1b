import { Hono, type Context } from 'hono'
import { ORGANIZATION, PRODUCTS, STORE } from './demo.ts'
import type { Documents } from './documents.ts'
import type { DocumentKind, Entities, JsonObject } from './entities.ts'
import { BadBody, readSaleChange } from './json-bodies.ts'
import { apiError, notFound, unknownPath } from './json-errors.ts'
import { BadQuery } from './json-filter.ts'
import { expandOf, listPage } from './json-lists.ts'
import { gzipOnly, jsonOnly, pack } from './moysklad-http.ts'
import { DocumentRefused } from './payments.ts'
import type { RateGuard } from './rate-limits.ts'
import type { SaleView, ShiftView } from './page/wire/ui-wire.ts'

export type JsonApiDeps = { documents: Documents; entities: Entities; rateGuard: RateGuard; token: string }

const fieldSet = (...lines: readonly string[]): ReadonlySet<string> =>
  new Set(lines.flatMap((line) => line.split(' ')))

const SALE_FIELDS = fieldSet(
  'accountId agent applicable code created deleted description externalCode group id moment name organization',
  'owner retailShift retailStore shared state store sum syncId updated',
)
const RETURN_FIELDS = fieldSet(
  'accountId agent applicable code contract created deleted description externalCode group id moment name',
  'organization owner printed published retailShift retailStore shared state store sum syncId updated',
)
const GOODS_FIELDS = fieldSet('id name code archived updated externalCode')
const SHIFT_FIELDS = fieldSet(
  'accountId closeDate created deleted description externalCode group id moment name organization owner printed',
  'published retailStore shared syncId updated',
)
const ORGANIZATION_FIELDS = fieldSet('id name code externalCode inn archived updated')
const STORE_FIELDS = fieldSet('id name archived active updated')
/** A resource inside a document takes no filters. */
const NO_FIELDS = fieldSet()

/** The part of MoySklad's JSON API 1.2 that a gift-card server uses, behaving as its documentation says. */
export function createJsonApi({ documents, entities, rateGuard, token }: JsonApiDeps): Hono {
  const app = new Hono()
  app.use(gzipOnly, pack, jsonOnly)
  app.use(async (c, next) => {
    if (c.req.header('authorization') === `Bearer ${token}`) return next()
    c.header('X-Lognex-Auth', '1056')
    c.header('X-Lognex-Auth-Message', 'Authentication failed')
    return apiError(c, 401, 'Ошибка аутентификации: Неправильный ключ авторизации', 1056)
  })
  // They are counted by token, so who has none is not counted.
  app.use(rateGuard.middleware)

  documentRoutes('retaildemand', SALE_FIELDS, documents, (sale, expand) =>
    entities.retailDemand(sale, expand),
  )
  documentRoutes('retailsalesreturn', RETURN_FIELDS, documents.returns, (view, expand) =>
    entities.retailSalesReturn(view, expand),
  )
  app.put('/entity/retaildemand/:id', async (c) => {
    const { id } = c.req.param()
    const sale = documents.change(id, await readSaleChange(c), productIdOf)
    return sale === undefined
      ? notFound(c, 'retaildemand', id)
      : c.json(entities.retailDemand(sale, expandOf(c)))
  })
  app.delete('/entity/retaildemand/:id', (c) =>
    documents.remove(c.req.param('id')) ? c.body(null, 200) : notFound(c, 'retaildemand', c.req.param('id')),
  )

  const products = () => PRODUCTS.map((product) => entities.product(product))
  app.get('/entity/product', (c) => goodsList(c, 'product'))
  app.get('/entity/assortment', (c) => goodsList(c, 'assortment'))
  app.get('/entity/product/:id', (c) => {
    const product = PRODUCTS.find((one) => one.id === c.req.param('id'))
    return product === undefined
      ? notFound(c, 'product', c.req.param('id'))
      : c.json(entities.product(product))
  })

  app.get('/entity/retailstore', (c) =>
    list(c, 'retailstore', STORE_FIELDS, c.req.query('filter') ?? '', () => [entities.retailStore()]),
  )
  app.get('/entity/retailstore/:id', (c) =>
    c.req.param('id') === STORE.id
      ? c.json(entities.retailStore())
      : notFound(c, 'retailstore', c.req.param('id')),
  )

  app.get('/entity/retailshift', (c) =>
    list(c, 'retailshift', SHIFT_FIELDS, c.req.query('filter') ?? '', () =>
      documents.shifts.list().map(shownShift),
    ),
  )
  app.get('/entity/retailshift/:id', (c) => {
    const shift = documents.shifts.get(c.req.param('id'))
    return shift === undefined ? notFound(c, 'retailshift', c.req.param('id')) : c.json(shownShift(shift))
  })
  app.get('/entity/organization', (c) =>
    list(c, 'organization', ORGANIZATION_FIELDS, c.req.query('filter') ?? '', () => [
      entities.organization(),
    ]),
  )
  app.get('/entity/organization/:id', (c) =>
    c.req.param('id') === ORGANIZATION.id
      ? c.json(entities.organization())
      : notFound(c, 'organization', c.req.param('id')),
  )

  // Where the app is mounted in another one, its `notFound` would not be asked.
  app.all('*', unknownPath)
  app.onError((error, c) => {
    if (error instanceof BadQuery || error instanceof BadBody) {
      return apiError(c, 400, error.message, error.code)
    }
    if (error instanceof DocumentRefused) return apiError(c, 412, error.message, error.code)
    throw error
  })
  return app

  function shownShift(shift: ShiftView): JsonObject {
    const isIn = (one: SaleView) => one.shiftId === shift.id && one.deleted === null
    return entities.retailShift(shift, documents.list().filter(isIn), documents.returns.list().filter(isIn))
  }

  /** Reading of documents, one by one, as a list, and their rows in pages. */
  function documentRoutes<View extends SaleView>(
    kind: DocumentKind,
    fields: ReadonlySet<string>,
    views: { list: () => View[]; get: (id: string) => View | undefined },
    show: (view: View, expand: ReadonlySet<string>) => JsonObject,
  ): void {
    app.get(`/entity/${kind}`, (c) => {
      const { rest, bin } = takeIsDeleted(c.req.query('filter') ?? '')
      return list(c, kind, fields, rest, (expand) =>
        views
          .list()
          .filter((view) => (view.deleted !== null) === bin)
          .map((view) => show(view, expand)),
      )
    })
    app.get(`/entity/${kind}/:id`, (c) => {
      const id = c.req.param('id')
      const view = views.get(id)
      return view === undefined ? notFound(c, kind, id) : c.json(show(view, expandOf(c)))
    })
    app.get(`/entity/${kind}/:id/positions`, (c) => {
      const id = c.req.param('id')
      const view = views.get(id)
      if (view === undefined) return notFound(c, kind, id)
      return listPage(c, entities, { ...entities.positionList(kind, view), fields: NO_FIELDS, filter: '' })
    })
  }

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
    rows: (expand: ReadonlySet<string>) => JsonObject[],
  ): Response {
    return listPage(c, entities, { type, fields, filter, rows })
  }
}

/** By a reference to a product of the shop; the part of the address before `/entity/` is not looked at. */
function productIdOf(href: string): string | undefined {
  const id = /\/entity\/product\/([^/?#]+)$/.exec(href)?.[1]
  return PRODUCTS.find((product) => product.id === id)?.id
}

/** The bin is another list, not a field: without `isDeleted=true` nothing in it is found. */
function takeIsDeleted(filter: string): { rest: string; bin: boolean } {
  const parts = filter.split(';')
  return {
    rest: parts.filter((part) => !part.startsWith('isDeleted=')).join(';'),
    bin: parts.includes('isDeleted=true'),
  }
}
