import { pages } from '../../manifest/pages.ts'
import { Keeper } from './keeper.ts'

/**
 * The service worker of our pages: it opens the last version that came whole when the server is away. It answers for a page
 * and its files alone; nothing of `/api` passes through it, and nothing that belongs to anybody is kept.
 */

declare const self: ServiceWorkerGlobalScope

/** What is decided without the worker, by browsers that can; others ask it, and nothing but time is lost. */
interface Routed extends ExtendableEvent {
  addRoutes?: (rules: readonly Route[]) => Promise<void>
}
interface Route {
  condition: { urlPattern: string } | { requestMode: RequestMode }
  source: 'network' | 'race-network-and-fetch-handler'
}

const keeper = new Keeper({
  caches,
  fetch: (path) => fetch(path),
  pause: (ms) => new Promise((done) => setTimeout(done, ms)),
})

/** The same document lies under all addresses of a page, so one of them stands for all. */
const pageAt = new Map(
  Object.values(pages).flatMap(({ addresses }) =>
    addresses.map((address) => [address as string, addresses[0]]),
  ),
)

const note = (event: string) => (error: unknown) => console.warn(`podarok ${event}`, error)

self.addEventListener('install', (event: Routed) => {
  // A mended worker takes over at once, whatever windows are open and whether or not it can keep anything.
  event.waitUntil(self.skipWaiting())
  void event.addRoutes?.([
    { condition: { urlPattern: '/api/*' }, source: 'network' },
    // A worker that has to be started first delays no page whose server answers.
    { condition: { requestMode: 'navigate' }, source: 'race-network-and-fetch-handler' },
  ])
  for (const page of new Set(pageAt.values())) {
    event.waitUntil(
      fetch(page)
        .then((document) => keeper.keep(page, document))
        .catch(note('version_not_kept')),
    )
  }
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (origin !== location.origin || request.method !== 'GET') return
  const page = pageAt.get(pathname)
  if (page && request.mode === 'navigate') {
    const { answer, kept } = keeper.open(page, fetch(request))
    event.respondWith(answer)
    event.waitUntil(kept.catch(note('version_not_kept')))
  } else if (pathname.startsWith('/assets/')) event.respondWith(keeper.file(request))
})
