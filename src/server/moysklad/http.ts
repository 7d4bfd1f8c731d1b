import { SignJWT } from 'jose'
import type * as v from 'valibot'
import type { SaleDocument } from '../../core/draft/draft.ts'
import type { AccountId } from '../../core/ids.ts'
import { toMoscow } from './moscow-time.ts'
import { type MoySklad, type MoySkladAccount, MoySkladUnreachable } from './moysklad.ts'
import {
  Employee,
  Positions,
  RetailDemand,
  RetailDemands,
  RetailStores,
  toEmployeeContext,
  toSaleDocument,
  toStores,
} from './parse.ts'
import { ShapeError, parseShape } from '../../core/shape.ts'

export interface MoySkladHttpConfig {
  /** `https://api.moysklad.ru/api/remap/1.2` */
  api: string
  /** `https://apps-api.moysklad.ru/api/vendor/1.0` */
  vendorApi: string
  appUid: string
  appSecret: string
  /** Access token of the account for the JSON API. */
  token: string
}

export interface MoySkladHttpDeps {
  fetch: typeof fetch
  clock: () => number
  newId: () => string
}

/** A cashier waits: whoever does not answer in this time counts as away. */
const timeoutMs = 3_000
/** Above this MoySklad passes over `expand` in silence. */
const expandedMax = 100
const pageMax = 1_000
/** Pages of sales that one search reads: a busy cashier's half day. */
const searchPagesMax = 3

/**
 * MoySklad over its Vendor API 1.0 and JSON API 1.2.
 *
 * There is one token, and it does not say whose it is. Any account is asked for with it, and an answer about another
 * account counts as none: a server with two accounts serves the one whose token it has, and the other's sales are
 * unreachable, never mixed up. The installation of the app will bring a token for each account.
 */
export function createMoySkladHttp(config: MoySkladHttpConfig, deps: MoySkladHttpDeps): MoySklad {
  const secret = new TextEncoder().encode(config.appSecret)

  /** A token works once, so every call makes its own. */
  const vendorToken = () =>
    new SignJWT({ sub: config.appUid })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuedAt(Math.floor(deps.clock() / 1000))
      .setJti(deps.newId())
      .sign(secret)

  /** @returns the parsed answer, or null for a status of `absent` */
  async function call<S extends v.GenericSchema>(
    what: string,
    method: 'GET' | 'POST',
    url: string,
    token: string,
    schema: S,
    absent: readonly number[],
  ): Promise<v.InferOutput<S> | null> {
    let status: number
    let text: string
    try {
      const response = await deps.fetch(url, {
        method,
        // Without this header MoySklad answers 415 and no body.
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json;charset=utf-8',
          'accept-encoding': 'gzip',
        },
        signal: AbortSignal.timeout(timeoutMs),
      })
      status = response.status
      text = await response.text()
    } catch (error) {
      // Not as a cause: messages of fetch may hold the address.
      throw new MoySkladUnreachable(`${what}: no answer (${error instanceof Error ? error.name : 'unknown'})`)
    }
    if (absent.includes(status)) return null
    if (status < 200 || status > 299) throw new MoySkladUnreachable(`${what}: status ${status}`)
    try {
      return parseShape(schema, JSON.parse(text))
    } catch (error) {
      const fields = error instanceof ShapeError ? error.faults.map((issue) => issue.path.join('.')) : []
      throw new MoySkladUnreachable(`${what}: an answer of another shape (${fields.join(', ') || 'no JSON'})`)
    }
  }

  const get = <S extends v.GenericSchema>(
    what: string,
    path: string,
    schema: S,
    absent: readonly number[] = [],
  ) => call(what, 'GET', `${config.api}${path}`, config.token, schema, absent)

  /** An answer with `expand` holds the first hundred rows; the rest is asked for. */
  async function wholeDocument(demand: RetailDemand): Promise<SaleDocument | null> {
    const rows = [...(demand.positions?.rows ?? [])]
    const size = demand.positions?.meta?.size ?? rows.length
    while (rows.length < size) {
      const path = `/entity/retaildemand/${demand.id}/positions?limit=${pageMax}&offset=${rows.length}`
      const more = await get('positions of a sale', path, Positions)
      if (!more?.rows?.length) throw new MoySkladUnreachable('positions of a sale: fewer than announced')
      rows.push(...more.rows)
    }
    try {
      return toSaleDocument(demand, rows)
    } catch (cause) {
      throw new MoySkladUnreachable('a sale of another shape', { cause })
    }
  }

  const of = (accountId: AccountId): MoySkladAccount => ({
    async retailDemand(id) {
      const demand = await get('sale', `/entity/retaildemand/${id}?expand=positions`, RetailDemand, [404])
      if (!demand) return null
      requireOwn(accountId, [demand])
      return wholeDocument(demand)
    },
    async retailDemandsSince(employeeId, sinceMs) {
      const filter = `created>=${toMoscow(sinceMs)};owner=${config.api}/entity/employee/${employeeId}`
      // A sale that is made meanwhile moves the others on, and one of them comes twice.
      const sales = new Map<string, SaleDocument>()
      for (let page = 0; page < searchPagesMax; page++) {
        const query = new URLSearchParams({
          filter,
          // A draft's own sale is among the newest: of a list that is cut off, the old ones are what is missing.
          order: 'created,desc',
          expand: 'positions',
          limit: String(expandedMax),
          offset: String(page * expandedMax),
        })
        const list = await get('sales', `/entity/retaildemand?${query.toString()}`, RetailDemands)
        const rows = list?.rows ?? []
        requireOwn(accountId, rows)
        const documents = await Promise.all(rows.map(wholeDocument))
        for (const document of documents) if (document) sales.set(document.id, document)
        if (rows.length < expandedMax) return { sales: [...sales.values()], complete: true }
      }
      return { sales: [...sales.values()], complete: false }
    },
    async retailStores() {
      const list = await get('points of sale', `/entity/retailstore?limit=${pageMax}`, RetailStores)
      requireOwn(accountId, list?.rows ?? [])
      return list ? toStores(list) : []
    },
  })

  return {
    async exchangeContext(contextKey) {
      const url = `${config.vendorApi}/context/${encodeURIComponent(contextKey)}`
      const employee = await call('context', 'POST', url, await vendorToken(), Employee, [400, 403, 404])
      return employee && toEmployeeContext(employee)
    },
    of,
  }
}

function requireOwn(accountId: AccountId, things: readonly { accountId: AccountId }[]): void {
  if (things.every((thing) => thing.accountId === accountId)) return
  throw new MoySkladUnreachable('the access token is another account’s')
}
