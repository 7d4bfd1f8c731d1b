import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { pages, worker } from '../../../manifest/pages.ts'
import { type Endpoint, endpoints } from '../../core/wire/endpoints.ts'
import { freshFolder } from '../../../test/server/folders.ts'
import { openApiDocument } from './openapi.ts'
import { uuidForm } from '../../core/ids.ts'
import { widgetFiles } from './static.ts'

const widgetDir = freshFolder()
const made = (path: string, text: string) => {
  const file = join(widgetDir, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
for (const { document } of Object.values(pages)) {
  made(relative('widget', document), '<div data-hosts="%HOST_ORIGINS%"></div>')
}
made('own/index.html', 'a page of ours alone')
made('assets/index-abc123.js', 'run()')
made('worker.js', 'keep()')
made('secret.txt', 'no')
afterAll(() => rmSync(widgetDir, { recursive: true }))

const config = { widgetDir, hostOrigins: ['https://a.example', 'https://*.moysklad.ru'] }

const ownOnly =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "base-uri 'none'; form-action 'none'; "

describe('the widget’s files', () => {
  const app = widgetFiles({ config })

  const addresses = Object.values(pages).flatMap((page) =>
    page.addresses.flatMap((path) => [[path, page] as const, [`${path}?contextKey=k`, page] as const]),
  )

  test.each(addresses)('[A6] %s is its page under a strict policy', async (path, { embedded }) => {
    const response = await app.request(path)
    expect(await response.text()).toBe('<div data-hosts="https://a.example https://*.moysklad.ru"></div>')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': `${ownOnly}frame-ancestors ${
        embedded ? 'https://a.example https://*.moysklad.ru' : "'none'"
      }`,
    })
  })

  test('[A6] MoySklad’s pages may show the cashier’s page, and nobody may show one that is not for them', async () => {
    const own = { ...pages.cashier, document: 'widget/own/index.html', addresses: ['/own'], embedded: false }
    const both = widgetFiles({ config }, [pages.cashier, own])
    const policyOf = async (path: string) => (await both.request(path)).headers.get('content-security-policy')
    expect(await policyOf('/w/sale')).toBe(
      `${ownOnly}frame-ancestors https://a.example https://*.moysklad.ru`,
    )
    expect(await policyOf('/own')).toBe(`${ownOnly}frame-ancestors 'none'`)
    expect(await (await both.request('/own')).text()).toBe('a page of ours alone')
  })

  test('[F28] another domain of MoySklad is let in by configuration, in the policy and in the page', async () => {
    const moved = widgetFiles({ config: { widgetDir, hostOrigins: ['https://app.moysklad.example'] } })
    const response = await moved.request('/w/sale')
    expect(response.headers.get('content-security-policy')).toContain(
      'frame-ancestors https://app.moysklad.example',
    )
    expect(await response.text()).toContain('data-hosts="https://app.moysklad.example"')
  })

  test('[A6] the worker is asked for anew each time, may fetch from us alone, and speaks for its own folder', async () => {
    const response = await app.request(worker.address)
    expect(await response.text()).toBe('keep()')
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; connect-src 'self'",
    })
    const folder = worker.address.replace(/[^/]*$/, '')
    for (const { addresses } of Object.values(pages)) {
      for (const address of addresses) expect(address.startsWith(folder)).toBe(true)
    }
  })

  test('hashed files are kept for ever', async () => {
    const response = await app.request('/assets/index-abc123.js')
    expect(await response.text()).toBe('run()')
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  test('a file that could not be loaded is there under a second address, beside the same others', async () => {
    const again = await app.request('/assets/2/index-abc123.js')
    expect(await again.text()).toBe('run()')
    expect(again.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  test.each([
    '/assets/none.js',
    '/assets/x/index-abc123.js',
    '/assets/2/..%2f..%2fsecret.txt',
    '/assets/2/2/index-abc123.js',
    '/assets/..%2fsecret.txt',
    '/assets/../secret.txt',
    '/secret.txt',
    '/assets/.js',
    '/assets/%00.js',
  ])('%s is not there', async (path) => expect((await app.request(path)).status).toBe(404))

  test('before the widget is built the page says so', async () => {
    const unbuilt = widgetFiles({ config: { widgetDir: '/nonexistent', hostOrigins: [] } })
    expect((await unbuilt.request('/w/sale')).status).toBe(503)
    expect((await unbuilt.request(worker.address)).status).toBe(404)
  })
})

describe('the API document', () => {
  const document = openApiDocument() as {
    openapi: string
    paths: Record<string, Record<string, Record<string, unknown>>>
  }

  test('describes every endpoint and no other', () => {
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const all = Object.values<Endpoint>(endpoints).map(({ method, path }) => `${method} ${path}`)
    expect(described.toSorted()).toEqual(all.toSorted())
  })

  test('names the formats of ids and days', () => {
    const text = JSON.stringify(document)
    const count = (format: string) => text.split(`"format":"${format}"`).length - 1
    expect(count('uuid')).toBeGreaterThan(150)
    expect(count('date')).toBeGreaterThan(20)
    expect(text).toContain(JSON.stringify(uuidForm.source).slice(1, -1))
  })

  const securityOf: Record<string, object[]> = {
    open: [],
    session: [{ session: [] }],
    manager: [{ session: [] }],
    'session signed': [{ session: [], signature: [] }],
    'device signed': [{ signature: [] }],
  }

  test('says for each its words, its body, its answer and who may call', () => {
    for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) {
      const operation = document.paths[endpoint.path]![endpoint.method.toLowerCase()]!
      expect(operation).toMatchObject({
        operationId: name,
        summary: endpoint.sentence,
        security: securityOf[`${endpoint.access}${endpoint.signed ? ' signed' : ''}`],
        responses: { '200': { content: { 'application/json': { schema: { type: 'object' } } } } },
      })
      expect('requestBody' in operation).toBe(endpoint.request !== null)
      expect('parameters' in operation).toBe(endpoint.path.includes('{'))
    }
  })
})
