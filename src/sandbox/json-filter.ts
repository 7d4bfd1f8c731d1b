import type { Json, JsonObject } from './entities.ts'

/** A query that the API cannot read; code and text are for the error answer. */
export class BadQuery extends Error {
  override readonly name = 'BadQuery'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

type Operator = '=' | '!=' | '>' | '<' | '>=' | '<=' | '~' | '~=' | '=~'
type Condition = { readonly field: string; readonly operator: Operator; readonly value: string }

/** Longest first, so that `>=` is not read as `>` and an empty field name. */
const CONDITION = /^([A-Za-z]+)(!=|>=|<=|~=|=~|=|~|>|<)([\s\S]*)$/

/**
 * The filter language of MoySklad's JSON API 1.2: conditions joined by `;`, several `=` on one field mean "or", several
 * `!=` mean "and", `=` beside an inequality on one field is an error, references are compared by `href`.
 */
export function parseFilter(filter: string, fields: ReadonlySet<string>): (row: JsonObject) => boolean {
  const conditions = filter
    .split(/(?<!\\);/)
    .filter((part) => part !== '')
    .map((part) => parseCondition(part.replaceAll('\\;', ';'), fields))
  const groups = [...new Set(conditions.map((condition) => condition.field))].map((field) => ({
    field,
    equals: conditions.filter((one) => one.field === field && one.operator === '='),
    others: conditions.filter((one) => one.field === field && one.operator !== '='),
  }))
  for (const { field, equals, others } of groups) {
    if (equals.length > 0 && others.some((one) => /[<>]/.test(one.operator))) {
      throw new BadQuery(
        1034,
        `Ошибка фильтрации: для поля '${field}' равенство указано вместе с неравенством`,
      )
    }
  }
  return (row) =>
    groups.every(
      ({ field, equals, others }) =>
        (equals.length === 0 || equals.some((one) => holds(row[field], one))) &&
        others.every((one) => holds(row[field], one)),
    )
}

/** `name;updated,desc` */
export function parseOrder(
  order: string,
  fields: ReadonlySet<string>,
): (left: JsonObject, right: JsonObject) => number {
  const keys = order.split(';').map((part) => {
    const [field = '', direction = 'asc'] = part.split(',')
    if (!fields.has(field) || (direction !== 'asc' && direction !== 'desc')) {
      throw new BadQuery(
        1042,
        `Неверное значение '${direction}' параметра сортировки '${field}', допустимые значения: 'asc, desc'`,
      )
    }
    return { field, sign: direction === 'asc' ? 1 : -1 }
  })
  return (left, right) => {
    for (const { field, sign } of keys) {
      const compared = compare(comparable(left[field]), comparable(right[field]))
      if (compared !== 0) return compared * sign
    }
    return 0
  }
}

function parseCondition(part: string, fields: ReadonlySet<string>): Condition {
  const match = CONDITION.exec(part)
  const [, field = '', operator = '', value = ''] = match ?? []
  if (match === null || !fields.has(field)) throw new BadQuery(1034, `Ошибка фильтрации: '${part}'`)
  return { field, operator: operator as Operator, value }
}

function holds(value: Json | undefined, condition: Condition): boolean {
  const actual = comparable(value)
  const wanted = condition.value
  switch (condition.operator) {
    case '=':
      return actual === wanted
    case '!=':
      return actual !== wanted
    case '>':
      return compare(actual, wanted) > 0
    case '<':
      return compare(actual, wanted) < 0
    case '>=':
      return compare(actual, wanted) >= 0
    case '<=':
      return compare(actual, wanted) <= 0
    case '~':
      return actual.toLowerCase().includes(wanted.toLowerCase())
    case '~=':
      return actual.toLowerCase().startsWith(wanted.toLowerCase())
    case '=~':
      return actual.toLowerCase().endsWith(wanted.toLowerCase())
  }
}

/** A reference counts by its address, an absent field as an empty string (`field=;` asks for empty ones). */
function comparable(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'object') return String(value)
  if (!Array.isArray(value) && isObject(value['meta']) && typeof value['meta']['href'] === 'string') {
    return value['meta']['href']
  }
  return JSON.stringify(value)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Numbers as numbers; dates compare well as text, also when one of them has no milliseconds. */
function compare(left: string, right: string): number {
  const [a, b] = [Number(left), Number(right)]
  if (left !== '' && right !== '' && !Number.isNaN(a) && !Number.isNaN(b)) return a - b
  const [x, y] = [withMilliseconds(left), withMilliseconds(right)]
  return x < y ? -1 : x > y ? 1 : 0
}

function withMilliseconds(text: string): string {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? `${text}.000` : text
}
