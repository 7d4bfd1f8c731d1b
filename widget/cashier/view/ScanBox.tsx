import { useEffect, useRef, useState } from 'preact/hooks'
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
  onNumber: (text: string) => void
}

/** Says whether the scanner is heard (U2), what to scan, and takes a typed number. */
export function ScanBox({ language, focused, busy, wanted, forgotten, onNumber }: ScanBoxProps) {
  const { words, first } = language
  const [typing, setTyping] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const state = busy ? first.checking : focused ? first.listening : first.idle
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
        <button type="button" class="link" aria-expanded={typing} onClick={() => setTyping(!typing)}>
          {words.scan.typeNumber}
        </button>
      </div>
      {typing && (
        <TypedNumber
          language={language}
          onNumber={(text) => {
            setTyping(false)
            onNumber(text)
          }}
        />
      )}
      {wanted && (
        <p class="wanted">
          {words.scan.certificate(wanted.name, wanted.at, wanted.of)}
          {!focused && `. ${words.scan.deaf}`}
        </p>
      )}
      {forgotten && <p class="forgotten">{words.sale.forgotten}</p>}
    </section>
  )
}

function TypedNumber({ language, onNumber }: Pick<ScanBoxProps, 'language' | 'onNumber'>) {
  const { words } = language
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <form
      class="typed"
      onSubmit={(event) => {
        event.preventDefault()
        const text = field.current?.value.trim() ?? ''
        if (text !== '') onNumber(text)
      }}
    >
      <input
        ref={field}
        inputMode="numeric"
        autoComplete="off"
        aria-label={words.scan.numberField}
        placeholder={words.scan.numberField}
      />
      <button class="secondary">{words.scan.find}</button>
    </form>
  )
}
