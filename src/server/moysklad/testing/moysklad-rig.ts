import { randomUUID } from 'node:crypto'
import type { AccountId, DocumentId, EmployeeId } from '../../../core/ids.ts'
import { createMoySkladHttp } from '../http.ts'

export const accountId = '9b000000-0000-11f0-0a80-000000000001' as AccountId
export const documentId = 'c3000000-0000-11f0-0a80-000000000001' as DocumentId
export const employeeId = '8a000000-0000-11f0-0a80-000000000001' as EmployeeId
export const productId = 'ad000000-0000-11f0-0a80-000000000001'
export const meta = (path: string) => ({
  meta: { href: `https://ms.test/api/remap/1.2/${path}`, type: 'x', more: 1 },
})
export const secret = 'the-secret-key-of-the-application'

interface Call {
  url: string
  method: string
  headers: Headers
  /** Null for none. */
  body: unknown
}

/** MoySklad as a function from an address to a status and a body. Time passes where somebody sleeps. */
export function setup(answer: (url: URL) => [number, unknown] | Error) {
  const calls: Call[] = []
  const warnings: string[] = []
  let nowMs = 1_790_000_000_123
  const moysklad = createMoySkladHttp(
    {
      api: 'https://ms.test/api/remap/1.2',
      vendorApi: 'https://ms.test/api/vendor/1.0',
      appUid: 'podarok.vendor',
      appSecret: secret,
      token: 'json-api-token',
    },
    {
      clock: () => nowMs,
      newId: randomUUID,
      random: () => 0.5,
      sleep: (ms) => Promise.resolve(void (nowMs += ms)),
      timeout: () => new AbortController().signal,
      log: { warn: (event) => warnings.push(JSON.stringify(event)) },
      fetch: (input, init) => {
        const url = new URL(input as string)
        calls.push({
          url: url.href,
          method: init?.method ?? '',
          headers: new Headers(init?.headers),
          body: init?.body ? (JSON.parse(init.body as string) as unknown) : null,
        })
        const result = answer(url)
        if (result instanceof Error) return Promise.reject(result)
        const [status, body] = result
        return Promise.resolve(
          new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }),
        )
      },
    },
  )
  return { moysklad, own: moysklad.of(accountId), calls, warnings }
}

export const employee = {
  id: employeeId,
  accountId,
  name: 'Иванова',
  shortFio: 'Иванова А.',
  uid: 'cashier1@shop',
  updated: '2026-09-01 10:00:00.000',
  cashiers: [
    meta(
      'entity/retailstore/aa000000-0000-11f0-0a80-000000000001/cashiers/ac000000-0000-11f0-0a80-000000000001',
    ),
    meta(
      'entity/retailstore/aa000000-0000-11f0-0a80-000000000001/cashiers/ac000000-0000-11f0-0a80-000000000002',
    ),
  ],
  permissions: { retaildemand: { view: 'ALL', create: 'OWN' } },
}
export const demand = {
  id: documentId,
  accountId,
  name: '00042',
  moment: '2026-10-02 12:31:00.000',
  created: '2026-10-02 12:31:07.250',
  applicable: true,
  owner: meta(`entity/employee/${employeeId}`),
  sum: 150_099.6,
  unknown: { field: true },
  positions: {
    meta: { size: 1 },
    rows: [{ assortment: meta(`entity/product/${productId}`), quantity: 2, price: 75_049.8, vat: 0 }],
  },
}
