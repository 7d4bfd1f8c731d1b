import { useState } from 'preact/hooks'
import { isUnsentPromise, type Result, statusOf } from '../model/result.ts'
import type { OperationsWords } from '../words/operations-words.ts'

interface UndoProps {
  result: Result
  words: OperationsWords
  onUndo: (result: Result) => Promise<void>
}

/** The way to undo a result, behind a question; nothing where it cannot be undone. */
export function Undo({ result, words, onUndo }: UndoProps) {
  const [asking, setAsking] = useState(false)
  if (statusOf(result) !== 'done' && !isUnsentPromise(result)) return null
  if (!asking) {
    return (
      <button class="link" onClick={() => setAsking(true)}>
        {words.undo}
      </button>
    )
  }
  return (
    <div class="choices">
      <span>{words.undoSure}</span>
      {result.documentId !== null && !isUnsentPromise(result) && <span class="dim">{words.undoFirst}</span>}
      <button
        class="secondary"
        onClick={() => {
          setAsking(false)
          void onUndo(result)
        }}
      >
        {words.undoYes}
      </button>
      <button class="link" onClick={() => setAsking(false)}>
        {words.undoNo}
      </button>
    </div>
  )
}
