import { useEffect, useRef } from 'preact/hooks'
import { useDigits } from './use-digits.ts'
import type { Language } from '../words/language.ts'

interface ScanBoxProps {
  language: Language
  /** This frame gets the keys. */
  focused: boolean
  busy: boolean
  /** The certificate that lacks a card: which of how many. */
  wanted: { name: string; at: number; of: number } | null
  /** Its sale is saved already. */
  forgotten: boolean
  /** What the field for typed numbers opens with; null while it is closed. */
  typing: string | null
  onType: (text: string | null) => void
  onNumber: (text: string) => void
}

/** Says whether the scanner is heard (U2), what to scan, and takes a typed number. */
export function ScanBox({ language, focused, busy, wanted, forgotten, typing, ...on }: ScanBoxProps) {
  const { words, first } = language
  useDigits(on.onType, on.onNumber)
  const box = useRef<HTMLDivElement>(null)
  // In a box of one height: what moves when the frame gets the keys moves away under a finger.
  const state = busy ? first.checking : focused ? first.listening : wanted ? words.scan.deaf : first.idle
  return (
    <section class="scan">
      <div class={`scan-row ${focused ? 'on' : wanted ? 'deaf' : ''}`}>
        {/* What the box says is its name, and is said when it changes. */}
        <div class="scan-said" role="status">
          <div
            ref={box}
            class="scan-state"
            role="button"
            tabIndex={0}
            aria-label={state}
            onClick={() => {
              // Without this a click on text that cannot be focused leaves the keys with MoySklad's page.
              window.focus()
              box.current?.focus()
            }}
          >
            <i class="bars" aria-hidden="true" />
            <span>{state}</span>
          </div>
        </div>
        <button
          class="link"
          aria-expanded={typing !== null}
          onClick={() => on.onType(typing === null ? '' : null)}
        >
          {words.scan.typeNumber}
        </button>
      </div>
      {typing !== null && <TypedNumber language={language} text={typing} onNumber={on.onNumber} />}
      {wanted && <p class="wanted">{words.scan.certificate(wanted.name, wanted.at, wanted.of)}</p>}
      {forgotten && <p class="forgotten">{words.sale.forgotten}</p>}
    </section>
  )
}

function TypedNumber({
  language,
  text,
  onNumber,
}: Pick<ScanBoxProps, 'language' | 'onNumber'> & { text: string }) {
  const { words } = language
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <form
      class="typed"
      onSubmit={(event) => {
        event.preventDefault()
        const number = field.current?.value.trim() ?? ''
        if (number !== '') onNumber(number)
      }}
    >
      <input
        ref={field}
        defaultValue={text}
        inputMode="numeric"
        autoComplete="off"
        aria-label={words.scan.numberField}
        placeholder={words.scan.numberField}
      />
      <button class="secondary">{words.scan.find}</button>
    </form>
  )
}
