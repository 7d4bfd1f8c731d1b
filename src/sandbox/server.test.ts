import { mkdtempSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APP_TOKEN, APP_UID, EMPLOYEES, GOODS } from './demo.ts'
import { startSandbox, type Sandbox } from './server.ts'
import { appToken } from './testing/moysklad-caller.ts'
import { startProductDouble, type ProductDouble } from './testing/product-double.ts'

let product: ProductDouble
let sandbox: Sandbox

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  product = await startProductDouble((_req, res) => res.end('widget'))
  sandbox = await startSandbox({
    hostPort: 0,
    widgetPort: 0,
    productPort: product.port,
    dataDir: folder,
    pageDir: folder,
    descriptorXml: (widgetUrl) => `<app>${widgetUrl}</app>`,
  })
})

afterEach(async () => {
  await sandbox.close()
  await product.close()
})

const host = (path: string, init?: RequestInit) => fetch(sandbox.hostUrl + path, init)
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})
const turn = async (request: unknown) =>
  (await (await host('/control/switch', json(request))).json()) as unknown

/** `fetch` would ask for anything, which the JSON API refuses. */
const asApplication = {
  authorization: `Bearer ${APP_TOKEN}`,
  'accept-encoding': 'gzip',
  accept: 'application/json;charset=utf-8',
}

const sale = {
  employeeId: EMPLOYEES[0]!.id,
  draft: {
    applicable: true,
    description: null,
    rows: [{ id: null, productId: GOODS[0]!.id, quantity: 1, price: 100, discount: 0 }],
    cashSum: 100,
    noCashSum: 0,
  },
}

describe('the two addresses', () => {
  it('are two sites, so that the browser partitions the widget’s storage', async () => {
    expect(new URL(sandbox.hostUrl).hostname).toBe('127.0.0.1')
    expect(new URL(sandbox.widgetUrl).hostname).toBe('localhost')
    expect(await (await host('/descriptor.xml')).text()).toBe(`<app>${sandbox.widgetUrl}</app>`)
    expect(await (await fetch(`${sandbox.widgetUrl}/w/sale`)).text()).toBe('widget')
  })
})

describe('«Наш сервер»', () => {
  it('cuts the widget and leaves MoySklad working', async () => {
    expect(await turn({ server: 'down' })).toMatchObject({ server: 'down', everything: 'up', line: 'down' })
    await expect(fetch(sandbox.widgetUrl)).rejects.toThrow()
    expect((await host('/ui/sales', json(sale))).status).toBe(201)
    expect(await turn({ server: 'up' })).toMatchObject({ line: 'up' })
    expect((await fetch(sandbox.widgetUrl)).status).toBe(200)
  })
})

describe('«Вся связь»', () => {
  it('cuts the host page’s own calls too, but not the APIs between data centres nor the control', async () => {
    await turn({ everything: 'down' })
    await expect(fetch(sandbox.widgetUrl)).rejects.toThrow()
    await expect(host('/ui/sales', json(sale))).rejects.toThrow()
    const headers = asApplication
    expect((await host('/api/remap/1.2/entity/retailstore', { headers })).status).toBe(200)
    expect(await (await host('/control/documents')).json()).toEqual({ sales: [] })
  })

  it('does not bring our server back as long as its own switch is off', async () => {
    await turn({ everything: 'down', server: 'down' })
    expect(await turn({ everything: 'up' })).toMatchObject({ server: 'down', line: 'down' })
    expect((await host('/ui/sales')).status).toBe(200)
  })

  it('breaks a call of the host page that is under way', async () => {
    const { hostname, port } = new URL(sandbox.hostUrl)
    const socket = connect(Number(port), hostname)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(
      'POST /ui/sales HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    await turn({ everything: 'down' })
    await closed
  })
})

describe('MoySklad’s clock', () => {
  it('dates documents by as many minutes as it is set apart, and keeps tokens to ours', async () => {
    expect(await turn({})).toMatchObject({ aheadMinutes: 0 })
    const createdAtMs = async () => {
      const answer = await host('/ui/sales', json(sale))
      const { created } = (await answer.json()) as { created: string }
      return Date.parse(`${created.replace(' ', 'T')}+03:00`)
    }
    expect(await turn({ aheadMinutes: 10 })).toMatchObject({ aheadMinutes: 10, server: 'up' })
    const before = Date.now()
    const ahead = (await createdAtMs()) - 600_000
    expect(ahead).toBeGreaterThanOrEqual(before)
    expect(ahead).toBeLessThanOrEqual(Date.now())
    await turn({ aheadMinutes: -1.5 })
    expect(await createdAtMs()).toBeLessThanOrEqual(Date.now() - 90_000)
    expect(
      sandbox.contextKeys.exchange(sandbox.contextKeys.issue(sale.employeeId, APP_UID), APP_UID).kind,
    ).toBe('employee')
  })
})

describe('the control', () => {
  it('sets and clears faults', async () => {
    const added = await host('/control/fault', json({ kind: 'status', path: '/api', times: null }))
    expect(await added.json()).toMatchObject({ id: 1, kind: 'status', status: 503, times: null })
    expect((await fetch(`${sandbox.widgetUrl}/api/x`)).status).toBe(503)
    expect(await (await host('/control/faults', { method: 'DELETE' })).json()).toMatchObject({ faults: [] })
    expect((await fetch(`${sandbox.widgetUrl}/api/x`)).status).toBe(200)
  })

  it.each([
    ['/control/switch', { server: 'sideways' }],
    ['/control/switch', { colour: 'red' }],
    ['/control/switch', { aheadMinutes: '3' }],
    ['/control/fault', { kind: 'flood', path: '/' }],
    ['/ui/sales', { ...sale, draft: { ...sale.draft, rows: [] } }],
  ])('%s refuses %o', async (path, body) => {
    expect((await host(path, json(body))).status).toBe(400)
  })

  it('makes MoySklad strict, and usual again', async () => {
    const stores = async () =>
      (await host('/api/remap/1.2/entity/retailstore', { headers: asApplication })).status
    await host('/control/limits', json({ requests: 1 }))
    expect([await stores(), await stores()]).toEqual([200, 429])
    await host('/control/limits', json({}))
    expect(await stores()).toBe(200)
  })

  it('knows which frame got which status', async () => {
    const answer = await host('/ui/context-keys', json({ employeeId: sale.employeeId }))
    const { contextKey } = (await answer.json()) as { contextKey: string }
    const status = async () => (await (await host(`/control/frame-loads/${contextKey}`)).json()) as unknown
    expect(await status()).toEqual({ status: null })
    await fetch(`${sandbox.widgetUrl}/w/sale?contextKey=${contextKey}`)
    expect(await status()).toEqual({ status: 200 })
    expect(sandbox.contextKeys.exchange(contextKey, APP_UID)).toMatchObject({ kind: 'employee' })
  })
})

it('paths that MoySklad’s APIs do not have are refused in the shape of their errors', async () => {
  const vendor = { authorization: `Bearer ${await appToken(Date.now())}`, 'accept-encoding': 'gzip' }
  for (const [path, headers] of [
    ['/api/remap/1.2/entity/nothing', asApplication],
    ['/api/vendor/1.0/nothing', vendor],
  ] as const) {
    const answer = await host(path, { headers })
    expect([answer.status, await answer.json()]).toMatchObject([404, { errors: [{ code: 1002 }] }])
  }
})

it('a widget’s token is exchanged at the Vendor API', async () => {
  const answer = await host('/ui/user-tokens', json({ employeeId: sale.employeeId }))
  const exchanged = await host('/api/vendor/1.0/context/user', {
    ...json(await answer.json()),
    headers: { authorization: `Bearer ${await appToken(Date.now())}`, 'accept-encoding': 'gzip' },
  })
  expect(await exchanged.json()).toMatchObject({ userId: sale.employeeId, role: 'cashier' })
})

it('[18000] the host cannot save a sale whose payment is not its total', async () => {
  const answer = await host('/ui/sales', json({ ...sale, draft: { ...sale.draft, cashSum: 50 } }))
  expect([answer.status, await answer.json()]).toMatchObject([412, { errors: [{ code: 18000 }] }])
})
