import type { Checkout } from './model/checkout.ts'
import type { Result } from './model/result.ts'
import { CardMoves } from './model/card-moves.ts'
import { ShiftReport } from './model/shift.ts'
import { Sounds, type SoundsDeps } from './model/sounds.ts'
import { ToldOperations } from './model/told-operations.ts'
import type { TillPort } from './model/till-port.ts'
import { undo } from './model/undo.ts'
import { playSound } from './play-sound.ts'
import { CardHistory } from './view/CardHistory.tsx'
import { Operations } from './view/Operations.tsx'
import type { LaterViews } from './view/screen-props.ts'
import { Undo } from './view/Undo.tsx'
import type { OperationsWords } from './words/operations-words.ts'

type Ear = Pick<SoundsDeps, 'play' | 'storage'>

export interface LaterDeps {
  till: TillPort
  checkout: Checkout
  words: OperationsWords
  log: (event: string, error: unknown) => void
  /** Another ear, and another place to remember that it wants to hear nothing. */
  sounds?: Ear
}

const inPage: Ear = { play: playSound, storage: () => localStorage }

/** What a sale can do without, in a file that follows the engine: the till's last operations, its day and its readiness, undoing, and what a card did. */
export function laterViews({ till, checkout, words, log, sounds: heard = inPage }: LaterDeps): LaterViews {
  const { ready, history, decisions, notice, desk } = checkout
  const { api } = till
  const shift = new ShiftReport({ ready, decided: history.decided, now: () => till.serverNowMs(), log })
  const told = new ToldOperations({ api, results: history.results, log })
  const moves = new CardMoves({ api, numberOf: (cardId) => desk.numberOf(cardId) })
  const onUndo = (result: Result) => undo(result, { till, decisions, notice })
  const sounds = new Sounds({ checkout, ...heard })
  addEventListener('storage', () => sounds.readAgain())
  return {
    Operations: (props) => (
      <Operations {...props} words={words} shift={shift} sounds={sounds} told={told} onUndo={onUndo} />
    ),
    Undo: (props) => <Undo {...props} words={words} onUndo={onUndo} />,
    CardHistory: (props) => (
      <CardHistory
        {...props}
        words={words}
        moves={moves}
        timeZone={ready.value?.session.programme?.timeZone ?? 'UTC'}
      />
    ),
  }
}
