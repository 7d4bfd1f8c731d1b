import { render } from 'preact'
import * as z from 'zod/mini'
import { connectHost } from '../../src/client/host-bridge.ts'
import { Till } from '../../src/client/till.ts'
import { type Language, language, loadWords } from '../i18n/language.ts'
import { App } from './App.tsx'
import './cashier.css'
import { listenToKeys } from './keyboard.ts'
import { Checkout } from './model/checkout.ts'

/** Wires the cashier's app of one frame. The bridge comes first: `Open` may arrive while the rest still starts. */

// The page's policy forbids code made from text, and zod need not find that out by trying.
z.config({ jitless: true })

const log = (event: string, error: unknown) => console.warn(`podarok ${event}`, error)

const host = connectHost({
  window,
  origins:
    document.querySelector<HTMLMetaElement>('meta[name=podarok-host-origins]')?.content.split(' ') ?? [],
  onDropped: (reason, origin) => log('message_dropped', `${reason} ${origin}`),
  onHostError: (errors) => log('host_error', JSON.stringify(errors)),
})

const address = new URL(location.href)
const contextKey = address.searchParams.get('contextKey') ?? ''
const locale = address.searchParams.get('userLocale')
// The key is a secret for five minutes: it leaves the address before anything can copy it (A1).
history.replaceState(null, '', address.pathname)

const till = new Till({
  window,
  fetch: (input, init) => fetch(input, init),
  locks: navigator.locks,
  channel: (name) => new BroadcastChannel(name),
  newId: () => crypto.randomUUID(),
  now: () => Date.now(),
  random: () => Math.random(),
  contextKey,
  tab: tabName,
  log,
})

// MoySklad's accounts have one currency; until ours has told its own, nothing on the screen shows a sum.
const spoken = await loadWords(locale)
const languages = new Map<string, Language>()
function words(): Language {
  const currency = till.ready?.session.programme?.currency ?? 'RUB'
  const known = languages.get(currency)
  if (known) return known
  const made = language(spoken, currency)
  languages.set(currency, made)
  return made
}
document.documentElement.lang = spoken.code

const checkout = new Checkout({
  till,
  host,
  language: words,
  locks: navigator.locks,
  newId: () => crypto.randomUUID(),
  now: () => Date.now(),
  setTimeout: (work, ms) => window.setTimeout(work, ms),
  log,
})

/** The currency comes with the session: reading `ready` paints anew when it is there. */
function Screen() {
  void checkout.ready.value
  return <App checkout={checkout} language={words()} />
}

listenToKeys(document, (text) => checkout.scan(text, 'scanned'))
render(<Screen />, document.getElementById('app')!)
host.listen(checkout)
void till.start()

/** Frames of one tab share the session storage, frames of two tabs do not. */
function tabName(): string {
  const fresh = crypto.randomUUID()
  try {
    const known = sessionStorage.getItem('podarok-tab')
    if (known === null) sessionStorage.setItem('podarok-tab', fresh)
    return known ?? fresh
  } catch (error) {
    // Storage is denied altogether, which the till finds out and says.
    log('session_storage', error)
    return fresh
  }
}
