import { signal, type ReadonlySignal } from '@preact/signals'
import type { DialogResolution } from '../protocol/host-messages.ts'
import type { DialogButton } from '../protocol/services.ts'

export type Dialog = {
  readonly title: string
  readonly text: string
  readonly buttons: readonly DialogButton[]
  readonly resolve: (resolution: DialogResolution) => void
}

export type Dialogs = {
  readonly shown: ReadonlySignal<Dialog | null>
  ask(title: string, text: string, buttons: readonly DialogButton[]): Promise<DialogResolution>
}

/** One modal at a time; further ones wait for their turn. */
export function createDialogs(): Dialogs {
  const shown = signal<Dialog | null>(null)
  let turn: Promise<unknown> = Promise.resolve()
  return {
    shown,
    ask(title, text, buttons) {
      const answered = turn.then(
        () =>
          new Promise<DialogResolution>((resolve) => {
            shown.value = {
              title,
              text,
              buttons,
              resolve: (resolution) => {
                shown.value = null
                resolve(resolution)
              },
            }
          }),
      )
      turn = answered
      return answered
    },
  }
}
