import { signal } from '@preact/signals-core'
import { render } from 'preact'
import { connectHost } from '../../src/client/host/host-bridge.ts'
import type { HostDoor } from '../../src/client/host/host-door.ts'
import { locksOf } from '../../src/client/locks.ts'
import type { Tab } from '../../src/client/tab.ts'
import { Till } from '../../src/client/till/till.ts'
import { type Language, language, type Spoken } from './words/language.ts'
import { afterPaint } from './after-paint.ts'
import { App } from './view/App.tsx'
import type { LaterViews } from './view/screen-props.ts'
import { Checkout } from './model/checkout.ts'
import { keepDrawn } from '../ui/keep-drawn.ts'
import type { LaterParts, LoadLater } from './later-parts.ts'

/** What the first screen has and knows when the app takes over from it. */
export interface Handover {
  root: HTMLElement
  /** Keeps what MoySklad's page said since the frame began to load. */
  door: HostDoor
  tab: Tab
  contextKey: string
  spoken: Spoken
  loadLater: LoadLater
  log: (event: string, error: unknown) => void
  /** Gives every scan to the app from now on, and those first that were made before. */
  takeOver: (onScan: (text: string) => void) => void
  /** @returns whether its scan box had the cursor */
  leaveFirstScreen: () => boolean
}

/** Wires the cashier's app of one frame and starts its till. */
export function startEngine({ root, door, tab, contextKey, spoken, log, ...first }: Handover): void {
  const load = <P extends keyof LaterParts>(name: P, known: () => Promise<LaterParts[P]>) =>
    first.loadLater(name, known, import.meta.url)

  const host = connectHost({
    window,
    door,
    onDropped: (reason, origin) => log('message_dropped', `${reason} ${origin}`),
    onHostError: (errors) => log('host_error', JSON.stringify(errors)),
  })

  const locks = locksOf(navigator.locks)
  const till = new Till({
    window,
    fetch: (input, init) => fetch(input, init),
    locks,
    channel: (name) => new BroadcastChannel(name),
    newId: () => crypto.randomUUID(),
    now: () => Date.now(),
    elapsed: () => performance.now(),
    random: () => Math.random(),
    contextKey,
    userToken: () => host.userToken(),
    tab,
    localStorage: () => localStorage,
    memory: () => load('memory', () => import('../../src/client/journal/memory.ts')),
    supply: () => load('supply', () => import('../../src/client/outage/supply.ts')),
    databases: async () => (await indexedDB.databases()).flatMap(({ name }) => name ?? []),
    log,
  })

  // MoySklad's accounts have one currency; until ours has told its own, nothing on the screen shows a sum.
  const languages = new Map<string, Language>()
  function words(): Language {
    const currency = till.ready?.session.programme?.currency ?? 'RUB'
    const known = languages.get(currency)
    if (known) return known
    const made = language(spoken, currency)
    languages.set(currency, made)
    return made
  }

  const checkout = new Checkout({
    till,
    host,
    faultText: (fault) => words().fault(fault),
    locks,
    newId: () => crypto.randomUUID(),
    now: () => till.serverNowMs(),
    setTimeout: (work, ms) => window.setTimeout(work, ms),
    afterPaint,
    log,
  })

  const later = signal<LaterViews | null>(null)
  async function loadLater(): Promise<void> {
    const [{ laterViews }, { operationsWords }] = await Promise.all([
      load('operations', () => import('./operations.tsx')),
      spoken.code === 'ru'
        ? load('operations-ru', () => import('./words/operations-ru.ts'))
        : load('operations-en', () => import('./words/operations-en.ts')),
    ])
    later.value = laterViews({ till, checkout, words: operationsWords, log })
  }

  // The document comes before its scans, and both before the first paint, which then shows them.
  host.listen(checkout)
  first.takeOver((text) => checkout.scan(text, 'scanned'))
  const hadCursor = first.leaveFirstScreen()
  // The status line reads `ready`, so the currency of a session that comes is seen at once.
  keepDrawn(
    () => render(<App checkout={checkout} language={words()} later={later.value} />, root),
    (error) => log('not_drawn', error),
  )
  if (hadCursor) root.querySelector<HTMLElement>('.scan-state')?.focus()
  // A sale needs nothing of it, so it comes when the till is ready.
  void till.start().then(loadLater)
}
