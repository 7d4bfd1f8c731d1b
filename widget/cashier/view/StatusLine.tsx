import { underWay } from '../model/readiness.ts'
import type { LaterViews, ScreenProps } from './screen-props.ts'
import { useSteady } from './use-steady.ts'

interface StatusProps extends ScreenProps {
  later: LaterViews | null
}

/** Whether the server is reached, what is unsent and since when (J12). */
export function StatusLine({ checkout, language, later }: StatusProps) {
  const { words, first, time } = language
  const { reachable } = checkout.line.value
  const { oldestAtMs } = checkout.journal.value
  const unsent = checkout.unsent.value
  const ready = checkout.ready.value !== null
  // Every sale has something unsent for a moment: only what stays so is worth a look.
  const isUnsent = useSteady(ready || unsent > 0 ? unsent > 0 : null)
  // What stands in the way is told below: it is not the line, and waiting does not help.
  const connected = ready || (reachable === true && checkout.trouble.value !== null)
  const line = reachable === false ? first.offline : connected ? words.status.online : first.starting
  const sent = isUnsent ? words.status.unsent(unsent, time(oldestAtMs ?? 0)) : words.status.allSent
  const tone = reachable === false ? 'warn' : ready ? 'good' : 'dim'
  const open = checkout.screen.value === 'operations'
  const cases = checkout.casesOpen.value
  const { why } = checkout.readiness.value
  // Without the line a file that is not here cannot be had, so a till without it is not ready to lose the line.
  const chip = why === null && later ? 'ready' : why === null || underWay.has(why) ? 'checking' : 'notReady'
  const showsChip = cases === 0 && !isUnsent && reachable !== false && why !== 'off' && why !== 'trouble'
  return (
    <header class={`status ${tone}`}>
      <p role="status" aria-busy={unsent > 0}>
        <i class="dot" aria-hidden="true" />
        {line}
        {(ready || isUnsent) && ` · ${sent}`}
      </p>
      {ready && cases > 0 && <span class="chip bad">{words.status.cases(cases)}</span>}
      {ready && showsChip && (
        <span class={`chip ${chip === 'ready' ? 'good' : ''}`}>{words.status[chip]}</span>
      )}
      {ready && later && (
        <button
          class="more"
          aria-expanded={open}
          aria-label={words.status.operations}
          title={words.status.operations}
          onClick={() => {
            checkout.notice.value = null
            checkout.screen.value = open ? 'desk' : 'operations'
          }}
        >
          ⋯
        </button>
      )}
    </header>
  )
}
