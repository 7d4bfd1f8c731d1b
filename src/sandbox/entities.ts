import {
  ACCOUNT_ID,
  AGENT,
  CREATED,
  CURRENCY_ID,
  GROUP_ID,
  ORGANIZATION,
  PRICE_TYPE_ID,
  STORE,
  WAREHOUSE_ID,
  ADMINISTRATOR_ID,
  EMPLOYEES,
  roleOf,
  type DemoEmployee,
  type DemoProduct,
} from './demo.ts'
import { paymentOf } from './page/wire/payment.ts'
import type { ReturnView, SaleView, ShiftView } from './page/wire/ui-wire.ts'

/** JSON as MoySklad's JSON API 1.2 shows it: kopecks, Moscow time, references as `meta`, absent fields left out. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/**
 * How many rows stand inside a document that is asked for with its rows; the rest is read at `/positions`. The
 * documentation limits `expand` to 100 elements without saying which; whoever reads both ways is right with either.
 */
const MAX_EXPANDED_ROWS = 100

export type DocumentKind = 'retaildemand' | 'retailsalesreturn'

/** How the JSON API calls the rows of each. */
const POSITION_TYPES = {
  retaildemand: 'demandposition',
  retailsalesreturn: 'salesreturnposition',
} as const satisfies Record<DocumentKind, string>

const UI = 'https://online.moysklad.ru/app/'

/** @param base address of the emulated API, `…/api/remap/1.2` */
export function createEntities(base: string) {
  function meta(type: string, path: string): JsonObject {
    return { href: `${base}/${path}`, type, mediaType: 'application/json' }
  }

  function reference(type: string, id: string): JsonObject {
    return { meta: meta(type, `entity/${type}/${id}`) }
  }

  /** `uuidHref` leads into the user interface, where some types bear other names. */
  function ownMeta(type: string, id: string, uiName = type): JsonObject {
    return {
      ...meta(type, `entity/${type}/${id}`),
      metadataHref: `${base}/entity/${type}/metadata`,
      uuidHref: `${UI}#${uiName}/edit?id=${id}`,
    }
  }

  const shared = {
    owner: reference('employee', ADMINISTRATOR_ID),
    shared: true,
    group: reference('group', GROUP_ID),
  }
  const price = (value: number): JsonObject => ({ value, currency: reference('currency', CURRENCY_ID) })

  /** @param path of the rows, below `entity` */
  function rowsOf(path: string, type: string, rows: SaleView['rows']): JsonObject[] {
    return rows.map((row) => ({
      meta: meta(type, `${path}/${row.id}`),
      id: row.id,
      accountId: ACCOUNT_ID,
      quantity: row.quantity,
      price: row.price,
      discount: row.discount,
      vat: 0,
      vatEnabled: false,
      assortment: reference('product', row.productId),
    }))
  }

  function positions(kind: DocumentKind, view: SaleView, expanded: boolean): JsonObject {
    const list = positionList(kind, view)
    const size = { size: view.rows.length, limit: 1000, offset: 0 }
    const listMeta = { ...meta(list.type, list.path), ...size }
    return expanded ? { meta: listMeta, rows: list.rows().slice(0, MAX_EXPANDED_ROWS) } : { meta: listMeta }
  }

  /** The rows of a document as a list of their own. */
  function positionList(kind: DocumentKind, view: SaleView) {
    const type = POSITION_TYPES[kind]
    const path = `entity/${kind}/${view.id}/positions`
    return { type, path, rows: () => rowsOf(path, type, view.rows) }
  }

  function documentFields(kind: DocumentKind, view: SaleView, expand: ReadonlySet<string>): JsonObject {
    return {
      meta: ownMeta(kind, view.id),
      id: view.id,
      accountId: ACCOUNT_ID,
      owner: reference('employee', view.ownerId),
      shared: true,
      group: reference('group', GROUP_ID),
      ...(view.deleted === null ? {} : { deleted: view.deleted }),
      updated: view.updated,
      name: view.name,
      ...(view.description === null ? {} : { description: view.description }),
      externalCode: view.id.slice(0, 8),
      moment: view.moment,
      applicable: view.applicable,
      rate: { currency: reference('currency', CURRENCY_ID) },
      sum: view.sum,
      store: reference('store', WAREHOUSE_ID),
      agent: reference('counterparty', AGENT.id),
      organization: reference('organization', ORGANIZATION.id),
      created: view.created,
      printed: false,
      published: false,
      positions: positions(kind, view, expand.has('positions')),
      vatEnabled: false,
      vatIncluded: true,
      vatSum: 0,
      retailStore: reference('retailstore', view.storeId),
      retailShift: reference('retailshift', view.shiftId),
    }
  }

  return {
    meta,
    positionList,

    retailDemand(sale: SaleView, expand: ReadonlySet<string>): JsonObject {
      return {
        ...documentFields('retaildemand', sale, expand),
        payedSum: sale.sum,
        ...paymentOf(sale),
        ...(sale.cheque === null ? {} : { cheque: { ...sale.cheque } }),
      }
    },

    /** A return knows no prepayment and no advance. */
    retailSalesReturn(view: ReturnView, expand: ReadonlySet<string>): JsonObject {
      const { cashSum, noCashSum, qrSum } = view
      return {
        ...documentFields('retailsalesreturn', view, expand),
        demand: { meta: ownMeta('retaildemand', view.demandId) },
        cashSum,
        noCashSum,
        qrSum,
      }
    },

    product(product: DemoProduct): JsonObject {
      return {
        meta: ownMeta('product', product.id, 'good'),
        id: product.id,
        accountId: ACCOUNT_ID,
        ...shared,
        updated: CREATED,
        name: product.name,
        code: product.code,
        externalCode: product.code,
        archived: false,
        pathName: '',
        useParentVat: false,
        vat: 0,
        vatEnabled: false,
        effectiveVat: 0,
        effectiveVatEnabled: false,
        taxSystem: 'TAX_SYSTEM_SAME_AS_GROUP',
        paymentItemType: product.certificate ? 'ANOTHER_PAYMENT_ITEM' : 'GOOD',
        discountProhibited: product.certificate,
        weighed: product.uom === 'кг',
        trackingType: 'NOT_TRACKED',
        minPrice: price(0),
        salePrices: [
          {
            ...price(product.priceKopecks),
            priceType: { meta: meta('pricetype', `context/companysettings/pricetype/${PRICE_TYPE_ID}`) },
          },
        ],
        barcodes: [{ ean13: product.barcode }],
      }
    },

    /** @param sales in it, and its `returns`; what lies in the bin counts for nothing */
    retailShift(shift: ShiftView, sales: readonly SaleView[], returns: readonly ReturnView[]): JsonObject {
      const total = (of: readonly SaleView[], field: 'cashSum' | 'noCashSum') =>
        of.reduce((sum, one) => sum + one[field], 0)
      const operations = [
        ...sales.map(({ id }) => ({ meta: ownMeta('retaildemand', id) })),
        ...returns.map(({ id }) => ({ meta: ownMeta('retailsalesreturn', id) })),
      ]
      return {
        meta: ownMeta('retailshift', shift.id),
        id: shift.id,
        accountId: ACCOUNT_ID,
        ...shared,
        updated: shift.closeDate ?? shift.moment,
        created: shift.moment,
        name: shift.name,
        externalCode: shift.id.slice(0, 8),
        moment: shift.moment,
        ...(shift.closeDate === null ? {} : { closeDate: shift.closeDate }),
        printed: false,
        published: false,
        vatEnabled: false,
        vatIncluded: true,
        organization: reference('organization', ORGANIZATION.id),
        store: reference('store', WAREHOUSE_ID),
        retailStore: reference('retailstore', STORE.id),
        operations,
        // "Proceeds" and "received" are not told apart by the documentation: returns are taken off the former only.
        proceedsCash: total(sales, 'cashSum') - total(returns, 'cashSum'),
        proceedsNoCash: total(sales, 'noCashSum') - total(returns, 'noCashSum'),
        receivedCash: total(sales, 'cashSum'),
        receivedNoCash: total(sales, 'noCashSum'),
      }
    },

    organization(): JsonObject {
      return {
        meta: ownMeta('organization', ORGANIZATION.id, 'mycompany'),
        id: ORGANIZATION.id,
        accountId: ACCOUNT_ID,
        ...shared,
        updated: CREATED,
        created: CREATED,
        name: ORGANIZATION.name,
        externalCode: 'lavka',
        archived: false,
        companyType: 'legal',
        legalTitle: ORGANIZATION.name,
        inn: ORGANIZATION.inn,
        payerVat: false,
      }
    },

    retailStore(): JsonObject {
      return {
        meta: ownMeta('retailstore', STORE.id),
        id: STORE.id,
        accountId: ACCOUNT_ID,
        ...shared,
        updated: CREATED,
        name: STORE.name,
        externalCode: 'lesnaya',
        archived: false,
        active: true,
        organization: reference('organization', ORGANIZATION.id),
        store: reference('store', WAREHOUSE_ID),
        priceType: { meta: meta('pricetype', `context/companysettings/pricetype/${PRICE_TYPE_ID}`) },
        cashiers: {
          meta: {
            ...meta('cashier', `entity/retailstore/${STORE.id}/cashiers`),
            size: EMPLOYEES.filter((person) => person.cashierId !== null).length,
            limit: 1000,
            offset: 0,
          },
        },
        discountEnable: true,
        discountMaxPercent: 100,
      }
    },

    /** The short answer of the Vendor API to a one-time token. */
    userContext(person: DemoEmployee): JsonObject {
      return {
        accountId: ACCOUNT_ID,
        userId: person.id,
        userUid: uidOf(person),
        role: roleOf(person),
      }
    },

    /** The answer of the Vendor API to a context key: employee, points of sale and rights in one. */
    employeeContext(person: DemoEmployee): JsonObject {
      const initial = person.firstName.slice(0, 1)
      return {
        meta: {
          ...ownMeta('employee', person.id),
          href: `${base}/entity/employee/${person.id}?expand=cashier.retailStore`,
        },
        id: person.id,
        accountId: ACCOUNT_ID,
        ...shared,
        updated: CREATED,
        created: CREATED,
        name: person.lastName,
        externalCode: person.login,
        archived: false,
        uid: uidOf(person),
        firstName: person.firstName,
        lastName: person.lastName,
        fullName: `${person.lastName} ${person.firstName}`,
        shortFio: `${person.lastName} ${initial}.`,
        position: person.position,
        cashiers:
          person.cashierId === null
            ? []
            : [{ meta: meta('cashier', `entity/retailstore/${STORE.id}/cashiers/${person.cashierId}`) }],
        permissions: permissionsOf(person),
      }
    },
  }
}

export type Entities = ReturnType<typeof createEntities>

function uidOf(person: DemoEmployee): string {
  return `${person.login}@podarok-demo`
}

function permissionsOf(person: DemoEmployee): JsonObject {
  const cashier = {
    retaildemand: { view: 'ALL', create: 'ALL', update: 'ALL', delete: 'OWN', approve: 'ALL', print: 'ALL' },
    retailstore: { view: 'ALL' },
    retailshift: { view: 'ALL', create: 'ALL' },
    product: { view: 'ALL' },
    counterparty: { view: 'ALL' },
  }
  return roleOf(person) === 'admin' ? { ...cashier, admin: { view: 'ALL' } } : cashier
}
