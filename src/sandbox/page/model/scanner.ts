import { signal } from '@preact/signals'
import type { Landing, Wedge } from '../wedge.ts'
import type { PresentCard } from '../wire/ui-wire.ts'
import { NoConnection, Refused, type Api } from './api.ts'

/** Cards are acted on at other tills too. */
const POLL_MS = 1000
/** Long enough to read where the keys went; then it only covers the page. */
const SHOWN_MS = 6000

export type ScannerModel = ReturnType<typeof createScanner>

/** The scanner that a person without one has: the number under it, the cards to choose from, and where its keys went. */
export function createScanner(api: Api, wedge: Wedge) {
  const digits = signal<string | null>(null)
  const cards = signal<ReadonlyMap<string, PresentCard>>(new Map())
  /** Why the states of the cards are not known now. */
  const unknown = signal<string | null>(null)
  const open = signal(false)
  const landing = signal<Landing | null>(null)
  let typing = false
  let timer: ReturnType<typeof setInterval> | undefined
  let shown: ReturnType<typeof setTimeout> | undefined

  async function refresh(): Promise<void> {
    try {
      const read = await api.cards()
      cards.value = new Map(read.cards.map((card) => [card.number, card]))
      unknown.value = null
    } catch (error) {
      if (!(error instanceof Refused || error instanceof NoConnection)) throw error
      cards.value = new Map()
      unknown.value = error.message
    }
  }

  return {
    digits,
    cards,
    unknown,
    open,
    landing,

    /** The states are asked for only while somebody looks at them. */
    toggle(): void {
      open.value = !open.value
      clearInterval(timer)
      if (!open.value) return
      timer = setInterval(() => void refresh(), POLL_MS)
      void refresh()
    },
    choose(number: string): void {
      digits.value = number
      landing.value = null
      if (open.value) this.toggle()
    },
    /** A device reads one thing after the other: a press while it types does nothing. */
    async scan(): Promise<void> {
      if (digits.value === null || typing) return
      typing = true
      clearTimeout(shown)
      landing.value = null
      try {
        landing.value = await wedge.scan(digits.value)
      } finally {
        typing = false
      }
      shown = setTimeout(() => (landing.value = null), SHOWN_MS)
    },
  }
}
