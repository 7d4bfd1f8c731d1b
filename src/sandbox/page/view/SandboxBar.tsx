import type { SandboxBarModel } from '../model/sandbox-bar.ts'
import { showDecimal } from '../model/sale.ts'
import type { ScannerModel } from '../model/scanner.ts'
import type { Bootstrap, SwitchRequest, UpOrDown } from '../wire/ui-wire.ts'
import { ScannerBox } from './ScannerBox.tsx'

export const LOCALES = ['ru_RU', 'en_US'] as const

type Props = {
  readonly model: SandboxBarModel
  readonly scanner: ScannerModel
  readonly shop: Bootstrap
  readonly login: string
  readonly locale: string
  readonly onChoose: (choice: { employee?: string; locale?: string }) => void
}

/** A hand on the scanner or at the plug of the line does not move the cursor of the till. */
function keepCursor(event: MouseEvent): void {
  if (!(event.target instanceof HTMLSelectElement)) event.preventDefault()
}

/** What belongs to the sandbox and not to MoySklad: switches, person, language, the scanner. */
export function SandboxBar({ model, scanner, shop, login, locale, onChoose }: Props) {
  const { server, everything, aheadMinutes } = model.switches.value
  return (
    <div
      class="sandbox-bar"
      role="region"
      aria-label="Песочница"
      data-testid="sandbox-bar"
      onMouseDown={keepCursor}
    >
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
      <Clock aheadMinutes={aheadMinutes} model={model} />
      <ScannerBox model={scanner} shop={shop} />
      <a href="/sheet.html" target="_blank" rel="noreferrer" data-testid="sheet-link">
        Лист штрихкодов
      </a>
    </div>
  )
}

const AHEAD_MINUTES = [-60, -10, -3, -1, 0, 1, 3, 10, 60]

type ClockProps = { readonly aheadMinutes: number; readonly model: SandboxBarModel }

/** By how much MoySklad's clock differs from ours: it dates what is saved from now on. */
function Clock({ aheadMinutes, model }: ClockProps) {
  const offered = AHEAD_MINUTES.includes(aheadMinutes) ? AHEAD_MINUTES : [...AHEAD_MINUTES, aheadMinutes]
  return (
    <label title="Насколько часы МоегоСклада расходятся с нашими">
      Часы{' '}
      <select
        aria-label="Часы МоегоСклада"
        data-testid="clock"
        value={aheadMinutes}
        onChange={(event) => void model.turn({ aheadMinutes: Number(event.currentTarget.value) })}
      >
        {offered.map((minutes) => (
          <option key={minutes} value={minutes}>
            {clockCaption(minutes)}
          </option>
        ))}
      </select>
    </label>
  )
}

function clockCaption(minutes: number): string {
  if (minutes === 0) return 'как наши'
  return `${minutes > 0 ? '+' : '−'}${showDecimal(Math.abs(minutes))} мин`
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
