import { receiptOf, type RecordState } from '../../../src/client/journal/records.ts'
import type { Result } from '../model/result.ts'
import type { Language } from '../words/language.ts'
import { Box } from './Box.tsx'
import { reasonOf } from './NoticeLine.tsx'

interface NotUndoneProps {
  /** A void that the server refused, or put in review. */
  state: RecordState
  results: readonly Result[]
  language: Language
  onUnderstood: () => void
}

/** A cancel that was refused changes nothing: it is told by the operation that it was for, and nobody is kept from the next sale. */
export function NotUndone({ state, results, language, onUnderstood }: NotUndoneProps) {
  const { words, time, faces } = language
  const { record, outcome } = state
  const ids = receiptOf(record).operations.flatMap((one) => (one.kind === 'void' ? [one.receiptId] : []))
  const target = results.find(({ receipt, promise }) =>
    ids.some((id) => id === receipt.id || id === promise?.record.id),
  )
  return (
    <Box tone="warn" icon="!" heads={[words.result.notCancelled]}>
      <p>{reasonOf(outcome, language)}</p>
      <p class="dim">
        {words.result.earlier(time((target?.record ?? record).recordedAtMs))} · {faces(record.faces)}
      </p>
      <button class="link" onClick={onUnderstood}>
        {words.result.understood}
      </button>
    </Box>
  )
}
