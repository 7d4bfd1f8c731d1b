import { openTab, type Tab } from '../../src/client/tab.ts'
import type { OpenTill } from './counter.ts'

/** A tab of MoySklad's page: the frame of new sales and that of saved ones, which share a name and an order. */
export class FleetTab {
  /** Of one more frame. */
  readonly enter: () => Tab
  form: OpenTill | null = null
  saved: OpenTill | null = null
  /** What MoySklad's page shows: it tells of no end of the other. */
  shows: 'form' | 'saved' = 'form'

  constructor(newId: () => string) {
    const rows = new Map<string, string>()
    const storage = {
      getItem: (key: string) => rows.get(key) ?? null,
      setItem: (key: string, value: string) => void rows.set(key, value),
    }
    this.enter = () => openTab(() => storage, newId, console.error)
  }

  get frames(): OpenTill[] {
    return [this.form, this.saved].filter((frame) => frame !== null)
  }

  /** The frame that a person sees, where it works. */
  get shown(): OpenTill | null {
    const frame = this[this.shows]
    return frame?.works ? frame : null
  }

  close(): void {
    for (const frame of this.frames) frame.page.kill()
  }
}
