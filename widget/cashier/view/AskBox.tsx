import type { ComponentChildren } from 'preact'

type Answer = readonly [name: string, act: () => unknown]

/** One question to the cashier: the likely answer is the one main action, the other one stands beside it. */
export function AskBox(props: { text: string; note: ComponentChildren; yes: Answer | null; no: Answer }) {
  const { text, note, yes, no } = props
  return (
    <section class="question" role="group" aria-label={text}>
      <p>
        <b aria-hidden="true">?</b> {text}
      </p>
      {note}
      {yes && (
        <button type="button" class="primary" onClick={yes[1]}>
          {yes[0]}
        </button>
      )}
      <button type="button" class="secondary" onClick={no[1]}>
        {no[0]}
      </button>
    </section>
  )
}
