import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { tryShape } from '../core/shape.ts'

const url = (protocol: RegExp, message: string) =>
  v.pipe(
    v.string(message),
    v.trim(),
    v.check((text) => URL.canParse(text) && protocol.test(new URL(text).protocol), message),
  )
const httpUrl = url(/^https?:$/, 'must be an http(s) address')
const trimmed = v.pipe(
  httpUrl,
  v.transform((url: string) => url.replace(/\/+$/, '')),
)

/** A space-separated list of origins, `https://online.moysklad.ru https://*.moysklad.ru` included. */
const Origins = v.pipe(
  v.pipe(
    v.string(),
    v.regex(
      /^(https?:\/\/(\*\.)?[a-z0-9.-]+(:\d+)?)( +https?:\/\/(\*\.)?[a-z0-9.-]+(:\d+)?)*$/i,
      'must be origins separated by spaces',
    ),
  ),
  v.transform((list: string) => list.split(/ +/)),
)

const filled = (text: string) => v.optional(v.pipe(v.string(), v.minLength(1, text)), '')

const postgresUrl = v.optional(url(/^postgres(ql)?:$/, 'must be a postgres:// address'))

/** Where the books are: what the server and the programs beside it read alike. */
const DatabaseEnvironment = v.object({
  PODAROK_DATA_DIR: v.optional(v.pipe(v.string(), v.minLength(1)), 'data/server'),
  DATABASE_URL: postgresUrl,
  DATABASE_MIGRATE_URL: postgresUrl,
  DATABASE_POOLED: v.optional(v.picklist(['0', '1'], 'must be 0 or 1'), '0'),
})

const Environment = v.object({
  ...DatabaseEnvironment.entries,
  PODAROK_HOST: v.optional(v.string(), '127.0.0.1'),
  PODAROK_PORT: v.optional(
    v.pipe(
      v.unknown(),
      v.transform(Number),
      v.number(),
      v.finite(),
      v.safeInteger(),
      v.minValue(0),
      v.maxValue(65_535),
    ),
    8080,
  ),
  PODAROK_WIDGET_DIR: v.optional(v.pipe(v.string(), v.minLength(1)), 'dist/widget'),
  PODAROK_PUBLIC_URL: v.optional(trimmed),
  PODAROK_HOST_ORIGINS: v.optional(Origins, 'https://online.moysklad.ru https://*.moysklad.ru'),
  PODAROK_MOYSKLAD_API: v.optional(trimmed, 'https://api.moysklad.ru/api/remap/1.2'),
  PODAROK_MOYSKLAD_VENDOR_API: v.optional(trimmed, 'https://apps-api.moysklad.ru/api/vendor/1.0'),
  PODAROK_MOYSKLAD_APP_UID: filled('the application’s uid (appUid) from the developer’s cabinet is needed'),
  PODAROK_MOYSKLAD_APP_SECRET: filled('the application’s secret key from the developer’s cabinet is needed'),
  PODAROK_MOYSKLAD_TOKEN: filled('the access token of the account for the JSON API is needed'),
  PODAROK_CARD_KEY: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, 'must be 64 hex digits'))),
})

export interface DatabaseConfig {
  dataDir: string
  /** PostgreSQL, as the role that serves; null for SQLite in the data folder. */
  databaseUrl: string | null
  /**
   * PostgreSQL, as the role that owns the tables: it migrates at the start and gives the server's role no more than it needs,
   * so that the server can add to history and not change it. Null where the server's own role owns the tables: then
   * triggers refuse to change or delete a row of history, but nothing keeps that role from `truncate`, or from dropping
   * the triggers.
   */
  migrateUrl: string | null
  /** Whether a pooler that hands each transaction to another connection stands before PostgreSQL. */
  pooled: boolean
}

export interface Config extends DatabaseConfig {
  host: string
  port: number
  widgetDir: string
  /** Where browsers reach this server; null when nobody said. */
  publicUrl: string | null
  /** Pages that may show the widget in a frame. */
  hostOrigins: string[]
  moysklad: { api: string; vendorApi: string; appUid: string; appSecret: string; token: string }
  /** Null: from the key file of the data folder. */
  cardKey: Buffer | null
}

export class ConfigError extends Error {
  override name = 'ConfigError'
}

type Given = Record<string, string | undefined>

function parse<S extends v.GenericSchema>(schema: S, environment: Given): v.InferOutput<S> {
  // An empty variable is one that nobody set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = tryShape(schema, given)
  if (parsed.success) return parsed.data
  const faults = parsed.error.faults.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new ConfigError(`The environment is not complete:\n${faults.join('\n')}`)
}

/** @throws ConfigError that names every variable that is wrong, and no value */
export function readDatabaseConfig(environment: Given): DatabaseConfig {
  return databaseOf(parse(DatabaseEnvironment, environment))
}

function databaseOf(env: v.InferOutput<typeof DatabaseEnvironment>): DatabaseConfig {
  if (env.DATABASE_MIGRATE_URL && !env.DATABASE_URL) {
    throw new ConfigError('The environment is not complete:\n  DATABASE_URL: DATABASE_MIGRATE_URL needs it')
  }
  return {
    dataDir: env.PODAROK_DATA_DIR,
    databaseUrl: env.DATABASE_URL ?? null,
    migrateUrl: env.DATABASE_MIGRATE_URL ?? null,
    pooled: env.DATABASE_POOLED === '1',
  }
}

/** @throws ConfigError that names every variable that is wrong, and no value */
export function readConfig(environment: Given): Config {
  const env = parse(Environment, environment)
  return {
    ...databaseOf(env),
    host: env.PODAROK_HOST,
    port: env.PODAROK_PORT,
    widgetDir: env.PODAROK_WIDGET_DIR,
    publicUrl: env.PODAROK_PUBLIC_URL ?? null,
    hostOrigins: env.PODAROK_HOST_ORIGINS,
    moysklad: {
      api: env.PODAROK_MOYSKLAD_API,
      vendorApi: env.PODAROK_MOYSKLAD_VENDOR_API,
      appUid: env.PODAROK_MOYSKLAD_APP_UID,
      appSecret: env.PODAROK_MOYSKLAD_APP_SECRET,
      token: env.PODAROK_MOYSKLAD_TOKEN,
    },
    cardKey: env.PODAROK_CARD_KEY ? Buffer.from(env.PODAROK_CARD_KEY, 'hex') : null,
  }
}

const keyFile = 'card-key.hex'

/**
 * The key that card numbers are hashed with, made once for a data folder. Without it no stored card can be found again:
 * it belongs in the backup, apart from the database.
 */
export function cardKeyOf(folder: string): Buffer {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, keyFile)
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const text = readFileSync(file, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new ConfigError(`${file} is no key of 64 hex digits.`)
  return Buffer.from(text, 'hex')
}
