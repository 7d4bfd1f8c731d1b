import type { ComponentChildren } from 'preact'

interface BoxProps {
  tone: 'good' | 'warn' | 'bad' | 'plain'
  icon: string
  /** What is said first, a line each. */
  heads: readonly (string | false)[]
  children?: ComponentChildren
}

/** What became of something: a colour, a sign and a word (U4). */
export function Box({ tone, icon, heads, children }: BoxProps) {
  return (
    <section class={`result ${tone}`}>
      <b class="icon" aria-hidden="true">
        {icon}
      </b>
      <div>
        {heads.map(
          (head) =>
            head && (
              <p class="head" key={head}>
                {head}
              </p>
            ),
        )}
        {children}
      </div>
    </section>
  )
}
