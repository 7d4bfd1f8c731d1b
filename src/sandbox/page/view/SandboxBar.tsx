import { useSignal } from '@preact/signals'
import type { SandboxBarModel } from '../model/sandbox-bar.ts'
import type { Bootstrap, SwitchRequest, UpOrDown } from '../wire/ui-wire.ts'

export const LOCALES = ['ru_RU', 'en_US'] as const

type Props = {
  readonly model: SandboxBarModel
  readonly shop: Bootstrap
  readonly login: string
  readonly locale: string
  readonly onChoose: (choice: { employee?: string; locale?: string }) => void
}

/** What belongs to the sandbox and not to MoySklad: switches, person, language, numbers to type. */
export function SandboxBar({ model, shop, login, locale, onChoose }: Props) {
  const { server, everything } = model.switches.value
  return (
    <div class="sandbox-bar" role="region" aria-label="Песочница" data-testid="sandbox-bar">
      <strong>Песочница</strong>
      <Switch label="Наш сервер" name="server" state={server} model={model} />
      <Switch label="Вся связь" name="everything" state={everything} model={model} />
      <label>
        Сотрудник{' '}
        <select
          data-testid="employee"
          value={login}
          onChange={(event) => onChoose({ employee: event.currentTarget.value })}
        >
          {shop.employees.map((person) => (
            <option key={person.id} value={person.login}>
              {person.name}, {person.position}
            </option>
          ))}
        </select>
      </label>
      <label>
        Язык{' '}
        <select
          data-testid="locale"
          value={locale}
          onChange={(event) => onChoose({ locale: event.currentTarget.value })}
        >
          {LOCALES.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <NumberBox shop={shop} />
      <a href="/sheet.html" target="_blank" rel="noreferrer" data-testid="sheet-link">
        Лист штрихкодов
      </a>
    </div>
  )
}

type SwitchProps = {
  readonly label: string
  readonly name: 'server' | 'everything'
  readonly state: UpOrDown
  readonly model: SandboxBarModel
}

function Switch({ label, name, state, model }: SwitchProps) {
  const turn = () => {
    const request: SwitchRequest = { [name]: state === 'up' ? 'down' : 'up' }
    void model.turn(request)
  }
  return (
    <button
      type="button"
      role="switch"
      aria-checked={state === 'up'}
      aria-label={label}
      class="switch"
      data-testid={`switch-${name}`}
      onClick={turn}
    >
      <i aria-hidden="true" />
      {label}: {state === 'up' ? 'есть' : 'нет'}
    </button>
  )
}

/** Shows a number to type or to paste: a page cannot type into a frame of another site, only a person can. */
function NumberBox({ shop }: { readonly shop: Bootstrap }) {
  const number = useSignal('')
  const copied = useSignal(false)
  const pick = () => {
    navigator.clipboard.writeText(number.value).then(
      () => (copied.value = true),
      // Without the permission the number stays on screen, to be typed.
      () => (copied.value = false),
    )
  }
  return (
    <span class="number-box">
      <select
        aria-label="Номер для сканера"
        data-testid="number-choice"
        value={number.value}
        onChange={(event) => {
          number.value = event.currentTarget.value
          copied.value = false
        }}
      >
        <option value="">Номер карты или товара…</option>
        <optgroup label="Подарочные карты">
          {shop.cards.map((card) => (
            <option key={card.number} value={card.number}>
              {card.number} · {card.caption}
            </option>
          ))}
        </optgroup>
        <optgroup label="Товары">
          {shop.goods.map((good) => (
            <option key={good.id} value={good.barcode}>
              {good.barcode} · {good.name}
            </option>
          ))}
        </optgroup>
      </select>
      <button type="button" data-testid="number-copy" disabled={number.value === ''} onClick={pick}>
        Пикнуть
      </button>
      <output data-testid="number-shown">
        {number.value}
        {copied.value && ' скопирован'}
      </output>
    </span>
  )
}
