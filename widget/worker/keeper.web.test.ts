import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { boundMs, Keeper } from './keeper.ts'

const page = '/w/sale-new'

/** What the server has at the moment: the text of each file, or what else it answers. */
let server: Map<string, string | (() => Response)>
let keeper: Keeper
/** Ends the wait of the navigation that began last, as if the time were over. */
let late: () => void
let waits: number[]

const documentOf = (version: string) =>
  `<script src="/assets/index-${version}.js"></script><link href="/assets/style-${version}.css">` +
  `<link rel="part" data-part="engine" href="/assets/engine-${version}.js">`

const filesOf = (version: string): [string, string][] =>
  [`index-${version}.js`, `style-${version}.css`, `engine-${version}.js`].map((name) => [
    `/assets/${name}`,
    `${name} of ${version}`,
  ])

const html = (text: string, policy = "default-src 'none'") =>
  new Response(text, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
  })

function deploy(version: string): Response {
  server = new Map(filesOf(version))
  return html(documentOf(version))
}

const away = () => Promise.reject(new TypeError('Failed to fetch'))

async function cached(): Promise<Record<string, string[]>> {
  const found = await Promise.all(
    (await caches.keys()).map(async (name) => {
      const keys = await (await caches.open(name)).keys()
      return [name, keys.map(({ url }) => url.slice(location.origin.length)).toSorted()] as const
    }),
  )
  return Object.fromEntries(found)
}

const keptFiles = async () => Object.values(await cached())

async function clear(): Promise<void> {
  for (const name of await caches.keys()) await caches.delete(name)
}

beforeEach(async () => {
  await clear()
  waits = []
  keeper = new Keeper({
    caches,
    fetch(path) {
      const held = server.get(path)
      if (held === undefined) return Promise.resolve(new Response('none', { status: 404 }))
      if (typeof held !== 'string') return Promise.resolve(held())
      const type = path.endsWith('.css') ? 'text/css' : 'text/javascript; charset=utf-8'
      return Promise.resolve(
        new Response(held, { headers: { 'content-type': type, vary: 'accept-encoding' } }),
      )
    },
    pause: (ms) => {
      waits.push(ms)
      return new Promise((done) => (late = done))
    },
  })
})
afterEach(clear)

const whole = (version: string) => [page, ...filesOf(version).map(([path]) => path)].toSorted()

describe('what is kept', () => {
  test('[A6] is the document under its page’s address, with its policy, and every file that it names', async () => {
    await keeper.keep(page, deploy('1'))
    expect(await keptFiles()).toEqual([whole('1')])
    const document = await keeper.open(page, away()).answer
    expect(await document.text()).toBe(documentOf('1'))
    expect(document.headers.get('content-security-policy')).toBe("default-src 'none'")
    expect(await (await keeper.file(new Request('/assets/engine-1.js'))).text()).toBe('engine-1.js of 1')
  })

  test.each<[string, () => Response]>([
    ['of a broken server', () => new Response(documentOf('2'), { status: 502 })],
    ['that denies the page', () => new Response(documentOf('2'), { status: 403 })],
    ['that leads elsewhere', () => Response.redirect(`${location.origin}/elsewhere`)],
    ['that came from elsewhere', () => Object.defineProperty(deploy('2'), 'redirected', { value: true })],
    ['of somebody on the way, which names no file of ours', () => html('<p>Pay for the network')],
  ])('is not an answer %s', async (_what, answer) => {
    await keeper.keep(page, deploy('1'))
    await keeper.keep(page, answer())
    expect(await keptFiles()).toEqual([whole('1')])
  })

  test.each<[string, () => Response]>([
    ['is not there', () => new Response('none', { status: 404 })],
    ['breaks the server', () => new Response('', { status: 500 })],
    ['is a page of somebody on the way', () => html('<p>Pay for the network')],
    ['was led elsewhere', () => Object.defineProperty(new Response(''), 'redirected', { value: true })],
    [
      'breaks off',
      () =>
        new Response(new ReadableStream({ start: (one) => one.error(new TypeError('cut')) }), {
          headers: { 'content-type': 'text/javascript' },
        }),
    ],
  ])(
    '[F31] is no part of a version one file of which %s: the one before stays whole',
    async (_what, answer) => {
      await keeper.keep(page, deploy('1'))
      const next = deploy('2')
      server.set('/assets/engine-2.js', answer)
      await expect(keeper.keep(page, next)).rejects.toThrow()
      expect(await keptFiles()).toEqual([whole('1')])
      expect(await (await keeper.open(page, away()).answer).text()).toBe(documentOf('1'))
      // The next visit tries again.
      await keeper.keep(page, deploy('2'))
      expect(await (await keeper.open(page, away()).answer).text()).toBe(documentOf('2'))
    },
  )

  test('is the version before as well until the server gives the new one again, for a page may still read it', async () => {
    await keeper.keep(page, deploy('1'))
    await keeper.keep(page, deploy('2'))
    expect(await keptFiles()).toEqual([whole('1'), whole('2')])
    expect(await (await keeper.file(new Request('/assets/engine-1.js'))).text()).toBe('engine-1.js of 1')
    expect(await (await keeper.open(page, away()).answer).text()).toBe(documentOf('2'))
    await keeper.keep(page, deploy('2'))
    expect(await keptFiles()).toEqual([whole('2')])
  })

  test('follows a server that goes back to the version before', async () => {
    await keeper.keep(page, deploy('1'))
    await keeper.keep(page, deploy('2'))
    await keeper.keep(page, deploy('1'))
    expect(await keptFiles()).toEqual([whole('1')])
  })

  test('[A6] is another version where only the policy is another', async () => {
    await keeper.keep(page, deploy('1'))
    await keeper.keep(page, html(documentOf('1'), "default-src 'self'"))
    const document = await keeper.open(page, away()).answer
    expect(document.headers.get('content-security-policy')).toBe("default-src 'self'")
  })

  test('is whole where two frames open at once, also while the version changes', async () => {
    await keeper.keep(page, deploy('1'))
    const both = [deploy('2'), html(documentOf('2'))].map((answer) =>
      keeper.open(page, Promise.resolve(answer)),
    )
    await Promise.all(both.map(({ kept }) => kept))
    expect(await keptFiles()).toEqual([whole('2')])
  })

  test('of one page is not touched by another page', async () => {
    await keeper.keep(page, deploy('1'))
    await keeper.keep('/w/other', deploy('2'))
    await keeper.keep('/w/other', deploy('2'))
    expect(await (await keeper.open(page, away()).answer).text()).toBe(documentOf('1'))
    expect(await (await keeper.open('/w/other', away()).answer).text()).toBe(documentOf('2'))
  })
})

describe('a page that is opened', () => {
  test('is the server’s, when that answers in time, and is kept', async () => {
    await keeper.keep(page, deploy('1'))
    const { answer, kept } = keeper.open(page, Promise.resolve(deploy('2')))
    expect(await (await answer).text()).toBe(documentOf('2'))
    await kept
    expect(await (await keeper.open(page, away()).answer).text()).toBe(documentOf('2'))
  })

  test('is the kept one at once when the line is cut', async () => {
    await keeper.keep(page, deploy('1'))
    const { answer, kept } = keeper.open(page, away())
    expect(await (await answer).text()).toBe(documentOf('1'))
    await kept
  })

  test('is the kept one when a proxy says that the server is away', async () => {
    await keeper.keep(page, deploy('1'))
    const { answer } = keeper.open(page, Promise.resolve(new Response('bad gateway', { status: 502 })))
    expect(await (await answer).text()).toBe(documentOf('1'))
  })

  test('is the kept one when the server is silent for a second, and what comes later is kept for the next time', async () => {
    await keeper.keep(page, deploy('1'))
    let come!: (answer: Response) => void
    const { answer, kept } = keeper.open(page, new Promise((done) => (come = done)))
    expect(waits).toEqual([boundMs])
    late()
    expect(await (await answer).text()).toBe(documentOf('1'))
    come(deploy('2'))
    await kept
    expect(await (await keeper.open(page, away()).answer).text()).toBe(documentOf('2'))
  })

  test.each([403, 404, 410])('is the server’s word %i, and not an old page', async (status) => {
    await keeper.keep(page, deploy('1'))
    const { answer } = keeper.open(page, Promise.resolve(new Response('no', { status })))
    expect((await answer).status).toBe(status)
  })

  test('is as without a worker where nothing is kept: slow, broken or not to be had', async () => {
    let come!: (answer: Response) => void
    const { answer, kept } = keeper.open(page, new Promise((done) => (come = done)))
    late()
    come(deploy('1'))
    expect(await (await answer).text()).toBe(documentOf('1'))
    await kept
    await clear()
    const broken = keeper.open(page, Promise.resolve(new Response('bad gateway', { status: 502 })))
    expect(await (await broken.answer).text()).toBe('bad gateway')
    await expect(keeper.open(page, away()).answer).rejects.toThrow('Failed to fetch')
  })

  test('is the server’s where the browser takes the caches away', async () => {
    await keeper.keep(page, deploy('1'))
    const denied = Object.assign(Object.create(caches) as CacheStorage, {
      keys: () => Promise.reject(new DOMException('denied', 'SecurityError')),
    })
    const poor = new Keeper({ caches: denied, fetch: away, pause: () => new Promise(() => undefined) })
    const broken = poor.open(page, Promise.resolve(new Response('bad gateway', { status: 502 })))
    expect(await (await broken.answer).text()).toBe('bad gateway')
  })
})
