import { openHostDoor } from '../../src/client/host/host-door.ts'
import { openTab } from '../../src/client/tab.ts'
import { firstWords } from './words/first-words.ts'
import './cashier.css'
import { showFirstScreen } from './first-screen.ts'
import { listenToKeys } from './keyboard.ts'
import { loadPart } from './parts.ts'

/**
 * What a cashier's browser runs first: it hears MoySklad's page and the scanner and says so on the screen, while the
 * app itself is on its way. Keep out of it whatever can come later; decision 8 says what it weighs.
 */

const address = new URL(location.href)
const contextKey = address.searchParams.get('contextKey') ?? ''
const code = address.searchParams.get('userLocale')?.startsWith('en') ? 'en' : 'ru'

// A till works only when both parts are there, and then needs nothing more. The page has the engine fetched already.
const spoken = loadPart(code, notLoaded)

const log = (event: string, error: unknown) => console.warn(`podarok ${event}`, error)

/** The server writes into it which pages may show this one. */
const root = document.getElementById('app')!

const tab = openTab(
  () => sessionStorage,
  () => crypto.randomUUID(),
  log,
)

/** Scans that the app takes over. */
const early: string[] = []
let isOpened = false

// `Open` may arrive while the rest still loads.
const door = openHostDoor({
  window,
  tab,
  origins: root.dataset['hosts']!.split(' '),
  onOpen() {
    // A scan for the document before is not this one's business (M4); the first one takes what came before it.
    if (isOpened) {
      early.length = 0
      screen.heard(false)
    }
    isOpened = true
  },
  // Nobody has decided about a card that was scanned (M2).
  fault: () => (early.length > 0 ? firstWords[code].checking : null),
  onDropped: (reason, origin) => log('message_dropped', `${reason} ${origin}`),
})

// The key is a secret for five minutes: it leaves the address before anything can copy it (A1).
history.replaceState(null, '', address.pathname)
document.documentElement.lang = code

let onScan = (text: string): void => {
  early.push(text)
  screen.heard(true)
}
listenToKeys(document, (text) => onScan(text))
const screen = showFirstScreen(root, firstWords[code])

start().catch((error: unknown) => log('start_incomplete', error))

async function start(): Promise<void> {
  await painted()
  const [{ startEngine }, words] = await Promise.all([loadPart('engine', notLoaded), spoken])
  startEngine({
    root,
    door,
    tab,
    contextKey,
    loadLater: (name, known, engine) =>
      loadPart(name, (error) => log('part_not_loaded', error), known, engine),
    spoken: { code, words: 'ru' in words ? words.ru : words.en, first: firstWords[code] },
    log,
    takeOver(scan) {
      onScan = scan
      early.forEach(scan)
    },
    leaveFirstScreen: () => screen.leave(),
  })
  // Last, so that nothing of it stands in the way of what a sale needs. Where it cannot be had, the page needs our server.
  await navigator.serviceWorker.register('worker.js')
}

/** Resolves when the first screen is seen: running the engine from the cache would come before it. */
function painted(): Promise<void> {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done))
    // A frame that is not shown is not painted.
    setTimeout(done, 100)
  })
}

function notLoaded(error: unknown): void {
  log('part_not_loaded', error)
  screen.cut()
}
