import type { ComponentChildren } from 'preact'

interface BoxProps {
  tone: 'good' | 'warn' | 'bad' | 'plain'
  icon: ComponentChildren
  head: string | null
  children?: ComponentChildren
}

/** What became of something: a colour, a sign and a word (U4). */
export function Box({ tone, icon, head, children }: BoxProps) {
  return (
    <section class={`result ${tone}`}>
      <b class="icon" aria-hidden="true">
        {icon}
      </b>
      <div>
        {head && <p class="head">{head}</p>}
        {children}
      </div>
    </section>
  )
}
