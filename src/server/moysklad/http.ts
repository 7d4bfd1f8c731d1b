import type * as v from 'valibot'
import type { SaleDocument } from '../../core/draft/draft.ts'
import type { AccountId } from '../../core/ids.ts'
import { rowsMax } from '../../core/sale/sale.ts'
import { tryShape } from '../../core/shape.ts'
import type { Log } from '../log.ts'
import { type Answer, type AskDeps, Asking, type Question } from './ask.ts'
import { toMoscow } from './moscow-time.ts'
import { type MoySklad, type MoySkladAccount, MoySkladUnreachable } from './moysklad.ts'
import { List, type Position, Positions, RetailDemand, RetailStore, toSaleDocument } from './parse.ts'
import { MoySkladUnreadable, read, unreadable } from './read.ts'
import { createVendorContext, type VendorConfig, type VendorDeps } from './vendor.ts'

export interface MoySkladHttpConfig extends VendorConfig {
  /** `https://api.moysklad.ru/api/remap/1.2` */
  api: string
  /** Access token of the account for the JSON API. */
  token: string
}

export interface MoySkladHttpDeps extends AskDeps, VendorDeps {
  /** Milliseconds since 1970 UTC. */
  clock: () => number
  log: Pick<Log, 'warn'>
}

/** A cashier waits: whoever does not answer in this time counts as away. */
const waitMs = 3_000
/** A search takes several requests one after the other; the till waits 8 s for all that it asks. */
const searchWaitMs = 6_000
/** Above this MoySklad passes over `expand` in silence. */
const expandedMax = 100
const pageMax = 1_000
/** Pages of sales that one search reads: a busy cashier's half day. */
const searchPagesMax = 3
const storePagesMax = 10
const whyMax = 300

/**
 * MoySklad over its Vendor API 1.0 and JSON API 1.2.
 *
 * There is one token, and it does not say whose it is. Any account is asked for with it, and an answer about another
 * account counts as none: a server with two accounts serves the one whose token it has, and the other's sales are
 * unreachable, never mixed up. The installation of the app will bring a token for each account.
 */
export function createMoySkladHttp(config: MoySkladHttpConfig, deps: MoySkladHttpDeps): MoySklad {
  const { log } = deps
  const asking = new Asking(deps)

  const getRaw = (question: Question, what: string, path: string): Promise<Answer> =>
    asking.ask(question, { what, method: 'GET', url: `${config.api}${path}`, token: () => config.token })

  async function get<S extends v.GenericSchema>(
    question: Question,
    what: string,
    path: string,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    return read(what, await getRaw(question, what, path), schema)
  }

  /** What a list holds; a row that cannot be read is passed over. `complete` when that is all there is. */
  async function list<S extends v.GenericSchema>(
    question: Question,
    what: string,
    path: string,
    schema: S,
    { limit, pagesMax }: { limit: number; pagesMax: number },
  ): Promise<{ rows: v.InferOutput<S>[]; complete: boolean }> {
    const rows: v.InferOutput<S>[] = []
    let complete = true
    let offset = 0
    for (let page = 0; page < pagesMax; page++) {
      const answer = await get(question, what, `${path}&limit=${limit}&offset=${offset}`, List)
      const raw = answer.rows ?? []
      for (const one of raw) {
        const row = tryShape(schema, one)
        if (row.success) rows.push(row.data)
        else complete = passOver(what, row.error)
      }
      const { size, nextHref, limit: step } = answer.meta ?? {}
      offset += step ?? limit
      // Rows may be missing in the middle: only where nothing is said of the whole, a short page is the last.
      const more = Boolean(nextHref) || (typeof size === 'number' ? offset < size : raw.length >= limit)
      if (!more) return { rows, complete }
    }
    return { rows, complete: false }
  }

  /** Faults name places, never what stands there. */
  function passOver(what: string, fault: Error): false {
    log.warn({ event: 'moysklad_row_unreadable', what, why: fault.message.slice(0, whyMax) })
    return false
  }

  /** All rows of a sale: an answer with `expand` holds the first hundred at most, and may hold none. */
  async function positionsOf(
    question: Question,
    { id, positions }: RetailDemand,
  ): Promise<v.InferOutput<typeof Position>[]> {
    const rows = [...(positions?.rows ?? [])]
    let size = positions?.meta?.size ?? (positions?.rows ? rows.length : null)
    while (size === null || rows.length < size) {
      const path = `/entity/retaildemand/${id}/positions?limit=${pageMax}&offset=${rows.length}`
      const more = await get(question, 'positions of a sale', path, Positions)
      size = more.meta?.size ?? size
      if (!more.rows?.length) {
        if (size === null || rows.length >= size) break
        throw new MoySkladUnreadable('positions of a sale: fewer than announced')
      }
      rows.push(...more.rows)
      if (rows.length > rowsMax) throw new MoySkladUnreadable('positions of a sale: too many')
    }
    return rows
  }

  async function wholeDocument(question: Question, demand: RetailDemand): Promise<SaleDocument | null> {
    if (demand.deleted) return null
    const rows = await positionsOf(question, demand)
    try {
      return toSaleDocument(demand, rows)
    } catch (error) {
      throw unreadable('a sale', error)
    }
  }

  const of = (accountId: AccountId): MoySkladAccount => ({
    retailDemand: (id) =>
      asking.within(waitMs, accountId, async (question) => {
        const answer = await getRaw(question, 'sale', `/entity/retaildemand/${id}?expand=positions`)
        if (answer.status === 404) return null
        const demand = read('sale', answer, RetailDemand)
        requireOwn(accountId, [demand])
        return wholeDocument(question, demand)
      }),
    retailDemandsSince: (employeeId, sinceMs) =>
      asking.within(searchWaitMs, accountId, async (question) => {
        const query = new URLSearchParams({
          filter: `created>=${toMoscow(sinceMs)};owner=${config.api}/entity/employee/${employeeId}`,
          // A draft's own sale is among the newest: of a list that is cut off, the old ones are what is missing.
          order: 'created,desc',
          expand: 'positions',
        })
        const path = `/entity/retaildemand?${query.toString()}`
        const pages = { limit: expandedMax, pagesMax: searchPagesMax }
        const { rows, complete: all } = await list(question, 'sales', path, RetailDemand, pages)
        requireOwn(accountId, rows)
        let complete = all
        const documents = await Promise.all(
          rows.map(async (demand) => {
            try {
              return await wholeDocument(question, demand)
            } catch (error) {
              if (!(error instanceof MoySkladUnreadable)) throw error
              complete = passOver('sales', error)
              return null
            }
          }),
        )
        // A sale that is made meanwhile moves the others on, and one of them comes twice.
        const sales = new Map<string, SaleDocument>()
        for (const document of documents) if (document) sales.set(document.id, document)
        return { sales: [...sales.values()], complete }
      }),
    retailStores: () =>
      asking.within(waitMs, accountId, async (question) => {
        const pages = { limit: pageMax, pagesMax: storePagesMax }
        const { rows } = await list(question, 'points of sale', '/entity/retailstore?', RetailStore, pages)
        requireOwn(accountId, rows)
        return rows.map(({ id, name }) => ({ id, name: name ?? '' }))
      }),
  })

  return { ...createVendorContext(config, deps, asking), of }
}

function requireOwn(accountId: AccountId, things: readonly { accountId: AccountId }[]): void {
  if (things.every((thing) => thing.accountId === accountId)) return
  throw new MoySkladUnreachable('the access token is another account’s')
}
