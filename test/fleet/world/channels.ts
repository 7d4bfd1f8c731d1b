import type { Page } from './page.ts'
import { pageNow } from './realm.ts'

/** Broadcast channels of one browser profile. */
export class Channels {
  readonly #open = new Set<Channel>()

  open(name: string): Channel {
    const channel = new Channel(name, pageNow()!, this.#open)
    this.#open.add(channel)
    return channel
  }

  drop(page: Page): void {
    for (const channel of this.#open) if (channel.page === page) this.#open.delete(channel)
  }
}

class Channel {
  readonly name: string
  readonly page: Page
  readonly #all: Set<Channel>
  onmessage: ((event: MessageEvent) => void) | null = null

  constructor(name: string, page: Page, all: Set<Channel>) {
    this.name = name
    this.page = page
    this.#all = all
  }

  postMessage(data: unknown): void {
    if (this.page.dead) return
    for (const other of this.#all) {
      if (other === this || other.name !== this.name) continue
      const copy: unknown = structuredClone(data)
      other.page.soon(() => other.onmessage?.({ data: copy } as MessageEvent))
    }
  }

  close(): void {
    this.#all.delete(this)
  }
}
