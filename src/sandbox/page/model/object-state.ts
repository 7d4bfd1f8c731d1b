import type { JsonObject } from '../protocol/json.ts'
import type { Bootstrap } from '../wire/ui-wire.ts'
import { sumKopecks, type Sale } from './sale.ts'

const UI = 'https://online.moysklad.ru/app/'

/**
 * The unsaved sale as a widget gets it in `Change`. Only the fields that carry the Change-handler mark in MoySklad's JSON
 * API reference: neither payment nor point of sale nor shift are among them. On a new sale everything that the database
 * would give is null.
 */
export function objectState(sale: Sale, shop: Bootstrap): JsonObject {
  const stored = sale.id !== null
  const ref = (type: string, path: string): JsonObject => ({
    href: `${shop.apiBase}/${path}`,
    type,
    mediaType: 'application/json',
  })
  const own = (type: string, id: string, uiName = type): JsonObject => ({
    ...ref(type, `entity/${type}/${id}`),
    metadataHref: `${shop.apiBase}/entity/${type}/metadata`,
    uuidHref: `${UI}#${uiName}/edit?id=${id}`,
  })
  const rowsPath = `entity/retaildemand/${sale.id ?? ''}/positions`
  const noHref = { href: null, type: 'demandposition', mediaType: 'application/json' }
  return {
    meta: sale.id === null ? null : own('retaildemand', sale.id),
    id: sale.id,
    accountId: stored ? shop.accountId : null,
    created: sale.created,
    externalCode: sale.id === null ? null : sale.id.slice(0, 8),
    name: sale.name,
    applicable: sale.applicable,
    moment: sale.moment,
    updated: sale.updated,
    vatEnabled: false,
    vatIncluded: true,
    vatSum: 0,
    sum: sumKopecks(sale),
    description: sale.description,
    rate: { currency: { meta: own('currency', shop.currencyId) } },
    agent: { meta: own('counterparty', shop.agentId, 'company') },
    positions: {
      meta: {
        ...(stored ? ref('demandposition', rowsPath) : noHref),
        size: sale.rows.length,
        limit: Math.max(sale.rows.length, 1000),
        offset: 0,
      },
      rows: sale.rows.map((row) => ({
        meta: row.id === null ? noHref : ref('demandposition', `${rowsPath}/${row.id}`),
        id: row.id,
        // Of a new row only the account is known, and that only when the document is stored.
        accountId: stored ? shop.accountId : null,
        quantity: row.quantity,
        price: row.price,
        discount: row.discount,
        vat: 0,
        vatEnabled: false,
        assortment: { meta: own('product', row.productId, 'good') },
      })),
    },
  }
}
