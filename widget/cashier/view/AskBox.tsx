import type { ComponentChildren } from 'preact'

type Answer = readonly [name: string, act: () => unknown]

/** One question to the cashier. Both answers have the same weight: only the cashier knows. */
export function AskBox(props: { text: string; note: ComponentChildren; yes: Answer | null; no: Answer }) {
  const { text, note, yes, no } = props
  return (
    <section class="question" role="group" aria-label={text}>
      <p>
        <b aria-hidden="true">?</b> {text}
      </p>
      {note}
      <div class="choices">
        {[yes, no].map(
          (answer) =>
            answer && (
              <button class="secondary" key={answer[0]} onClick={answer[1]}>
                {answer[0]}
              </button>
            ),
        )}
      </div>
    </section>
  )
}
