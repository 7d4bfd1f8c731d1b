import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { PopupView } from '../protocol/popup-window.ts'

type Props = {
  readonly title: string
  readonly view: ReadonlySignal<PopupView>
  /** The element in which the popups' frames live; made outside, because frames must not be made anew. */
  readonly container: HTMLElement
  readonly onCross: () => void
}

/** The application's own modal: the whole page, under the name of the application. The sandbox's bar stays above it. */
export function PopupBox({ title, view, container, onCross }: Props) {
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => holder.current?.append(container), [container])
  const shown = view.value
  return (
    <section
      class="popup"
      role="dialog"
      aria-modal="true"
      aria-labelledby="popup-title"
      data-testid="popup"
      hidden={shown === null}
    >
      <header>
        <h2 id="popup-title">{title}</h2>
        <button
          type="button"
          class="cross"
          aria-label="Закрыть окно"
          data-testid="popup-cross"
          onClick={onCross}
        >
          ×
        </button>
      </header>
      <div class="popup-content">
        <div ref={holder} />
        {shown?.state === 'Failed' && (
          <p class="frame-cover" role="status" data-testid="popup-failed">
            Приложение не загрузилось
          </p>
        )}
      </div>
    </section>
  )
}
