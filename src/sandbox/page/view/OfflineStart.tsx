import type { Api } from '../model/api.ts'

/** Opened while the line is cut: as with the real platform there is no page, but the sandbox keeps its switch. */
export function OfflineStart({ api }: { readonly api: Api }) {
  const restore = async () => {
    await api.setSwitch({ everything: 'up' })
    location.reload()
  }
  return (
    <div class="offline-start" data-testid="offline-start">
      <h1>Нет связи с МойСклад</h1>
      <p>Страница не открывается, пока в песочнице выключена «Вся связь».</p>
      <button type="button" class="primary" data-testid="restore" onClick={() => void restore()}>
        Включить «Вся связь»
      </button>
    </div>
  )
}
