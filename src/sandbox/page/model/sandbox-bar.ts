import { signal } from '@preact/signals'
import type { SwitchRequest, SwitchState } from '../wire/ui-wire.ts'
import { NoConnection, type Api } from './api.ts'

/** Somebody else may turn the switches too (another tab, a test by the control API). */
const POLL_MS = 1000

export type SandboxBarModel = ReturnType<typeof createSandboxBar>

export function createSandboxBar(api: Api) {
  const switches = signal<SwitchState>({ server: 'up', everything: 'up', aheadMinutes: 0 })
  let turning = 0

  async function refresh(): Promise<void> {
    let state: SwitchState
    try {
      state = await api.switches()
    } catch (error) {
      // The sandbox itself was stopped or is starting again: the next round will tell.
      if (error instanceof NoConnection) return
      throw error
    }
    // An answer that was under way while a switch was being turned shows the past.
    if (turning === 0) switches.value = state
  }

  return {
    switches,
    async turn(request: SwitchRequest): Promise<void> {
      turning += 1
      switches.value = {
        server: request.server ?? switches.value.server,
        everything: request.everything ?? switches.value.everything,
        aheadMinutes: request.aheadMinutes ?? switches.value.aheadMinutes,
      }
      try {
        switches.value = await api.setSwitch(request)
      } finally {
        turning -= 1
      }
    },
    /** @returns what stops it */
    watch(): () => void {
      const timer = setInterval(() => void refresh(), POLL_MS)
      void refresh()
      return () => clearInterval(timer)
    },
  }
}
