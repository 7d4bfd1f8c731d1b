import type { Socket } from 'node:net'
import type { Line } from './line.ts'
import type { SwitchRequest, SwitchState } from './page/wire/ui-wire.ts'

export type Switches = ReturnType<typeof createSwitches>

/**
 * «Наш сервер» and «Вся связь». The line to the product is up only while both are; the second one also takes the
 * checkout page's own server away from it. The APIs for servers stay: both sides of them live in data centres.
 *
 * Beside them, MoySklad's clock: it dates documents. Its tokens and keys keep to ours.
 */
export function createSwitches(line: Line, aheadMs: number) {
  let state: SwitchState = { server: 'up', everything: 'up', aheadMinutes: aheadMs / 60_000 }
  const hostCalls = new Set<Socket>()
  /** One change of the line at a time: closing and opening again take a moment each. */
  let working: Promise<void> = Promise.resolve()

  return {
    state: (): SwitchState => state,
    aheadMs: (): number => Math.round(state.aheadMinutes * 60_000),

    set(request: SwitchRequest): Promise<void> {
      state = {
        server: request.server ?? state.server,
        everything: request.everything ?? state.everything,
        aheadMinutes: request.aheadMinutes ?? state.aheadMinutes,
      }
      if (state.everything === 'down') for (const socket of hostCalls) socket.destroy()
      working = working.then(() =>
        state.server === 'up' && state.everything === 'up' ? line.up() : line.down(),
      )
      return working
    },

    /** True when a call of the checkout page may go on; otherwise its connection is already broken. */
    admitHostCall(socket: Socket, ended: (whenDone: () => void) => void): boolean {
      if (state.everything === 'down') {
        socket.destroy()
        return false
      }
      hostCalls.add(socket)
      ended(() => hostCalls.delete(socket))
      return true
    },
  }
}
