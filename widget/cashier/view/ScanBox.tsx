import { useEffect, useRef, useState } from 'preact/hooks'
import type { ScreenProps } from './screen-props.ts'

/** Says whether the scanner is heard (U2), what to scan, and takes a typed number. */
export function ScanBox({ checkout, language, focused }: ScreenProps & { focused: boolean }) {
  const { words, first } = language
  const [typing, setTyping] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const { open, slots } = checkout.need.value
  const busy = checkout.busy.value
  const next = open[0]
  const saved = Boolean(checkout.opened.value?.documentId)
  // Before its drafts are found a saved sale only seems to lack cards.
  const unsure = saved && checkout.searching.value
  const forgotten = next && saved && !unsure && !checkout.draft.value
  return (
    <section class="scan">
      {forgotten && <p class="forgotten">{words.sale.forgotten}</p>}
      {next && !unsure && (
        <p class="wanted">
          {words.scan.certificate(next.name, slots.length - open.length + 1, slots.length)}
        </p>
      )}
      <div class={`scan-row ${focused ? 'on' : ''}`}>
        <div
          ref={box}
          class="scan-state"
          role="button"
          tabIndex={0}
          onClick={() => {
            // Without this a click on text that cannot be focused leaves the keys with MoySklad's page.
            window.focus()
            box.current?.focus()
          }}
        >
          <i class="bars" aria-hidden="true" />
          <span role="status">{busy ? first.checking : focused ? first.listening : first.idle}</span>
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
            checkout.scan(text, 'typed')
          }}
        />
      )}
    </section>
  )
}

function TypedNumber({
  language,
  onNumber,
}: Pick<ScreenProps, 'language'> & { onNumber: (text: string) => void }) {
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
