import type { Till } from '../../src/client/till/till.ts'
import type { Checkout } from './model/checkout.ts'
import type { Result } from './model/result.ts'
import { ShiftReport } from './model/shift.ts'
import { Sounds } from './model/sounds.ts'
import { undo } from './model/undo.ts'
import { playSound } from './play-sound.ts'
import { Operations } from './view/Operations.tsx'
import type { LaterScreen } from './view/screen-props.ts'
import type { OperationsWords } from './words/operations-words.ts'

export interface OperationsDeps {
  till: Till
  checkout: Checkout
  words: OperationsWords
  log: (event: string, error: unknown) => void
}

/** What a sale can do without, in a file that follows the engine: the till's last operations, its day and its readiness. */
export function operationsScreen({ till, checkout, words, log }: OperationsDeps): LaterScreen {
  const { ready, history, decisions, notice } = checkout
  const shift = new ShiftReport({ ready, decided: history.decided, now: () => till.serverNowMs(), log })
  const onUndo = (result: Result) => undo(result, { till, decisions, notice })
  const sounds = new Sounds({ checkout, play: playSound, storage: () => localStorage })
  return (props) => <Operations {...props} words={words} shift={shift} sounds={sounds} onUndo={onUndo} />
}
