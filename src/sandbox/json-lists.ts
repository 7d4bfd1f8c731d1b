import type { Context } from 'hono'
import type { Entities, Json, JsonObject } from './entities.ts'
import { BadQuery, parseFilter, parseOrder } from './json-filter.ts'

const MAX_LIMIT = 1000
/** With a larger page `expand` is ignored without a word. */
const MAX_EXPANDED_LIMIT = 100
/** "The main string fields" of all types, of which each has some. */
const SEARCHED = ['name', 'description', 'code', 'externalCode']

export type ListOf = {
  /** Of the rows. */
  readonly type: string
  /** Below `/api/remap/1.2/`; the type under `entity` where nothing else is said. */
  readonly path?: string
  /** What may be filtered and sorted by. */
  readonly fields: ReadonlySet<string>
  readonly filter: string
  readonly rows: (expand: ReadonlySet<string>) => JsonObject[]
}

/** A list of the JSON API 1.2: filtered, searched, sorted, and cut into pages whose links can be followed. */
export function listPage(c: Context, entities: Entities, list: ListOf): Response {
  const { type, path = `entity/${type}`, fields } = list
  const { limit, offset, expand } = pageOf(c)
  const order = c.req.query('order')
  const rows = list
    .rows(expand)
    .filter(parseFilter(list.filter, fields))
    .filter(bySearch(c.req.query('search')))
  if (order !== undefined) rows.sort(parseOrder(order, fields))
  const next = offset + limit
  const link = (at: number) => {
    const query = new URLSearchParams({ ...c.req.query(), limit: String(limit), offset: String(at) })
    return entities.meta(type, `${path}?${query.toString()}`)['href'] ?? null
  }
  return c.json({
    context: { employee: { meta: entities.meta('employee', 'context/employee') } },
    meta: {
      ...entities.meta(type, path),
      size: rows.length,
      limit,
      offset,
      ...(next < rows.length ? { nextHref: link(next) } : {}),
      ...(offset > 0 ? { previousHref: link(Math.max(0, offset - limit)) } : {}),
    },
    rows: rows.slice(offset, next),
  })
}

export function expandOf(c: Context): ReadonlySet<string> {
  return new Set((c.req.query('expand') ?? '').split(','))
}

/** Every word of the search has to be the beginning of a word in one of the fields. */
function bySearch(search = ''): (row: JsonObject) => boolean {
  const wanted = wordsOf(search)
  return (row) => {
    const words = SEARCHED.flatMap((field) => wordsOf(row[field]))
    return wanted.every((one) => words.some((word) => word.startsWith(one)))
  }
}

function wordsOf(value: Json | undefined): string[] {
  return typeof value === 'string' ? (value.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) : []
}

function pageOf(c: Context) {
  const limit = wholeNumber(c, 'limit', MAX_LIMIT)
  if (limit < 1 || limit > MAX_LIMIT) throw badParameters()
  return {
    limit,
    offset: wholeNumber(c, 'offset', 0),
    expand: limit <= MAX_EXPANDED_LIMIT ? expandOf(c) : new Set<string>(),
  }
}

function wholeNumber(c: Context, name: string, fallback: number): number {
  const text = c.req.query(name)
  if (text === undefined) return fallback
  if (!/^\d+$/.test(text)) throw badParameters()
  return Number(text)
}

function badParameters(): BadQuery {
  return new BadQuery(1040, 'Неверно заданы параметры запроса')
}
