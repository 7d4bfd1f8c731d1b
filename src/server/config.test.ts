import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshFolder } from '../../test/server/folders.ts'
import { cardKeyOf, ConfigError, readConfig, readDatabaseConfig } from './config.ts'

const needed = {
  PODAROK_MOYSKLAD_APP_UID: 'podarok.vendor',
  PODAROK_MOYSKLAD_APP_SECRET: 'secret',
  PODAROK_MOYSKLAD_TOKEN: 'token',
}

describe('the environment', () => {
  test('has defaults for all but the secrets', () => {
    expect(readConfig(needed)).toEqual({
      host: '127.0.0.1',
      port: 8080,
      dataDir: 'data/server',
      widgetDir: 'dist/widget',
      databaseUrl: null,
      migrateUrl: null,
      pooled: false,
      publicUrl: null,
      hostOrigins: ['https://online.moysklad.ru', 'https://*.moysklad.ru'],
      moysklad: {
        api: 'https://api.moysklad.ru/api/remap/1.2',
        vendorApi: 'https://apps-api.moysklad.ru/api/vendor/1.0',
        appUid: 'podarok.vendor',
        appSecret: 'secret',
        token: 'token',
      },
      cardKey: null,
    })
  })

  test('is read, empty variables count as not set, and slashes at the end go', () => {
    const config = readConfig({
      ...needed,
      PODAROK_PORT: '0',
      PODAROK_DATA_DIR: '',
      DATABASE_URL: 'postgres://a@localhost/b',
      DATABASE_MIGRATE_URL: 'postgres://owner@localhost/b',
      DATABASE_POOLED: '1',
      PODAROK_PUBLIC_URL: 'https://podarok.example/',
      PODAROK_HOST_ORIGINS: 'http://localhost:8090 https://*.moysklad.ru',
      PODAROK_CARD_KEY: 'ab'.repeat(32),
    })
    expect(config).toMatchObject({
      port: 0,
      dataDir: 'data/server',
      databaseUrl: 'postgres://a@localhost/b',
      migrateUrl: 'postgres://owner@localhost/b',
      pooled: true,
      publicUrl: 'https://podarok.example',
      hostOrigins: ['http://localhost:8090', 'https://*.moysklad.ru'],
    })
    expect(config.cardKey).toEqual(Buffer.alloc(32, 0xab))
  })

  test.each([
    ['PODAROK_PORT', '99999'],
    ['PODAROK_PORT', 'http'],
    ['DATABASE_URL', 'mysql://x/y'],
    ['DATABASE_MIGRATE_URL', 'mysql://x/y'],
    ['DATABASE_POOLED', 'maybe'],
    ['PODAROK_HOST_ORIGINS', "https://a.b; script-src 'unsafe-inline'"],
    ['PODAROK_HOST_ORIGINS', '*'],
    ['PODAROK_MOYSKLAD_API', 'ftp://x'],
    ['PODAROK_CARD_KEY', 'hunter2'],
  ])('%s=%s is refused by name, its value is not repeated', (name, value) => {
    const read = () => readConfig({ ...needed, [name]: value })
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(name)
    expect(read).not.toThrow(value)
  })

  test('an owner of tables without a server that uses them is no configuration', () => {
    const read = () => readConfig({ ...needed, DATABASE_MIGRATE_URL: 'postgres://owner@localhost/b' })
    expect(read).toThrow('DATABASE_URL: DATABASE_MIGRATE_URL needs it')
  })

  test('is read for the programs beside the server without its secrets', () => {
    expect(readDatabaseConfig({ DATABASE_URL: 'postgres://a@localhost/b', DATABASE_POOLED: '1' })).toEqual({
      dataDir: 'data/server',
      databaseUrl: 'postgres://a@localhost/b',
      migrateUrl: null,
      pooled: true,
    })
  })

  test('names everything that is missing at once', () => {
    expect(() => readConfig({})).toThrow(/APP_UID[\s\S]*APP_SECRET[\s\S]*TOKEN/)
  })
})

test('[L9] the card key is made once, readable by its owner alone', () => {
  const folder = freshFolder()
  const key = cardKeyOf(folder)
  expect(key).toHaveLength(32)
  expect(cardKeyOf(folder)).toEqual(key)
  const file = join(folder, 'card-key.hex')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  writeFileSync(file, 'spoilt')
  expect(() => cardKeyOf(folder)).toThrow(ConfigError)
  rmSync(folder, { recursive: true })
})
