import type { LaterScreen, ScreenProps } from './screen-props.ts'

interface StatusProps extends ScreenProps {
  operations: LaterScreen | null
}

/** Whether the server is reached, what is unsent and since when (J12). */
export function StatusLine({ checkout, language, operations }: StatusProps) {
  const { words, first, time } = language
  const { reachable } = checkout.line.value
  const { unsettled, oldestAtMs } = checkout.journal.value
  const ready = checkout.ready.value !== null
  const line = reachable === false ? first.offline : ready ? words.status.online : first.starting
  const sent = unsettled === 0 ? words.status.allSent : words.status.unsent(unsettled, time(oldestAtMs ?? 0))
  const tone = reachable === false ? 'warn' : ready ? 'good' : 'dim'
  const open = checkout.screen.value === 'operations'
  const cases = checkout.casesOpen.value
  const { why } = checkout.readiness.value
  // Without the line a file that is not here cannot be had, so a till without it is not ready to lose the line.
  const prepared = why === null && operations !== null
  return (
    <header class={`status ${tone}`}>
      <p role="status">
        <i class="dot" aria-hidden="true" />
        {line}
        {(ready || unsettled > 0) && ` · ${sent}`}
      </p>
      {ready && cases > 0 && <span class="chip bad">{words.status.cases(cases)}</span>}
      {ready &&
        cases === 0 &&
        unsettled === 0 &&
        reachable !== false &&
        why !== 'off' &&
        why !== 'trouble' && (
          <span class={`chip ${prepared ? 'good' : ''}`}>
            {prepared ? words.status.ready : words.status.notReady}
          </span>
        )}
      {ready && operations && (
        <button
          type="button"
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
