import { createServer } from 'node:http'
import { storeId } from './fake-moysklad.ts'

export interface MoySkladStub {
  url: string
  close(): Promise<void>
}

/**
 * As little of MoySklad over HTTP as a server process needs to let people in: the context key is `<role>.<employee id>`.
 * It answers every request, whoever asks; the sandbox is the one that is strict.
 */
export async function startMoySkladStub(accountId: string): Promise<MoySkladStub> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stub')
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    const key = /^\/context\/(\w+)\.([0-9a-f-]{36})$/.exec(url.pathname)
    if (key) {
      const [, role, id] = key
      const admin = role === 'manager' ? { admin: { view: 'ALL' } } : {}
      return answer(200, {
        id,
        accountId,
        name: 'Иванова',
        cashiers: [{ meta: { href: `http://stub/entity/retailstore/${storeId}/cashiers/${id}` } }],
        permissions: { retaildemand: { create: 'ALL' }, ...admin },
      })
    }
    if (url.pathname === '/entity/retailstore')
      return answer(200, { rows: [{ id: storeId, accountId, name: 'Магазин' }] })
    return answer(404, { errors: [] })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
