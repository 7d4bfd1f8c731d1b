import type { Warning } from '../../../src/client/trouble.ts'
import type { Language } from '../words/language.ts'

interface WarnedProps {
  warning: Warning | null
  /** Where nothing is stored a new sale is saved before its cards are scanned (J13). */
  savesFirst: boolean
  language: Language
}

/** What the till cannot do here, and what to do about it. */
export function Warned({ warning, savesFirst, language: { words } }: WarnedProps) {
  if (!warning) return null
  const inMemory = warning === 'memory_only'
  return (
    <p class={inMemory ? 'result warn' : 'notice'} role="status">
      <b aria-hidden="true">!</b>{' '}
      <span>
        {inMemory ? words.memoryOnly : words.storageFull}
        {savesFirst && `. ${words.saveFirst}`}
      </span>
    </p>
  )
}
