import { openTab, type Tab } from '../../src/client/tab.ts'
import type { OpenTill } from './counter.ts'

/** A tab of MoySklad's page: the frame of new sales and that of saved ones, which share a name and an order. */
export class FleetTab {
  readonly tab: Tab
  form: OpenTill | null = null
  saved: OpenTill | null = null

  constructor(newId: () => string) {
    const rows = new Map<string, string>()
    const storage = {
      getItem: (key: string) => rows.get(key) ?? null,
      setItem: (key: string, value: string) => void rows.set(key, value),
    }
    this.tab = openTab(() => storage, newId, console.error)
  }

  get frames(): OpenTill[] {
    return [this.form, this.saved].filter((frame) => frame !== null)
  }

  close(): void {
    for (const frame of this.frames) frame.page.kill()
  }
}
