import { useSignal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { NAMES } from '../frames.ts'
import type { WidgetView } from '../protocol/host-window.ts'
import type { WidgetPoints } from '../protocol/points.ts'

type Props = {
  readonly title: string
  readonly points: WidgetPoints
  readonly view: ReadonlySignal<WidgetView>
  /** The element in which the frames live; made outside, because frames must not be made anew. */
  readonly container: HTMLElement
}

/** The grey panel at the right of a document page. Collapsing hides the frame and leaves it alive. */
export function WidgetPanel({ title, points, view, container }: Props) {
  const collapsed = useSignal(false)
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => holder.current?.append(container), [container])
  const shown = view.value
  const height = shown === null ? 0 : (points.get(shown.point)?.heightPx ?? 0)
  const declared = shown === null ? undefined : points.get(shown.point)?.protocols
  // The loader covers a widget that declares open-feedback until it says that it is ready.
  const covered =
    shown !== null &&
    (shown.state === 'Opening' || (shown.state === 'Loading' && declared?.has('open-feedback') === true))
  return (
    <aside
      class="panel"
      aria-label={title}
      data-testid="widget-panel"
      hidden={shown === null || height === 0}
    >
      <div class="panel-head">
        <button
          type="button"
          class="collapse"
          aria-expanded={!collapsed.value}
          aria-label={collapsed.value ? 'Развернуть' : 'Свернуть'}
          data-testid="widget-collapse"
          onClick={() => (collapsed.value = !collapsed.value)}
        >
          {collapsed.value ? '▸' : '▾'}
        </button>
        <h3>{title}</h3>
        <span class="grip" aria-hidden="true" />
      </div>
      <div class="frame-box" hidden={collapsed.value} style={{ height: `${height}px` }}>
        <div ref={holder} />
        {shown?.state === 'Failed' && (
          <p class="frame-cover" role="status" data-testid="widget-failed">
            Приложение не загрузилось
          </p>
        )}
        {covered && (
          <div
            class="frame-cover"
            role="status"
            aria-label="Приложение загружается"
            data-testid="widget-loader"
          />
        )}
      </div>
      <span class="for-readers" data-testid="widget-state">
        {shown === null ? 'Closed' : `${NAMES.get(shown.point)} ${shown.state}`}
      </span>
    </aside>
  )
}
