import type { ReadonlySignal } from '@preact/signals'
import type { Checkout } from '../model/checkout.ts'
import type { Route } from '../model/route.ts'
import { showMoment, type Basis } from '../model/sale.ts'
import type { Dialogs } from '../model/dialog.ts'
import type { SandboxBarModel } from '../model/sandbox-bar.ts'
import type { ScannerModel } from '../model/scanner.ts'
import type { WidgetView } from '../protocol/host-window.ts'
import type { WidgetPoints } from '../protocol/points.ts'
import type { PopupView } from '../protocol/popup-window.ts'
import type { Cheque, Employee } from '../wire/ui-wire.ts'
import { DialogBox } from './DialogBox.tsx'
import { GoodsField } from './GoodsField.tsx'
import { Payment } from './Payment.tsx'
import { PopupBox } from './PopupBox.tsx'
import { Positions } from './Positions.tsx'
import { ReturnsList } from './ReturnsList.tsx'
import { SalesList } from './SalesList.tsx'
import { SandboxBar } from './SandboxBar.tsx'
import { ShiftsList } from './ShiftsList.tsx'
import { Toolbar } from './Toolbar.tsx'
import { WidgetPanel } from './WidgetPanel.tsx'

export type AppProps = {
  readonly checkout: Checkout
  readonly dialogs: Dialogs
  readonly bar: SandboxBarModel
  readonly scanner: ScannerModel
  readonly points: WidgetPoints
  readonly widgetView: ReadonlySignal<WidgetView>
  readonly frameContainer: HTMLElement
  readonly popupView: ReadonlySignal<PopupView>
  readonly popupContainer: HTMLElement
  readonly onPopupCross: () => void
  readonly employee: Employee
  readonly locale: string
  readonly onChoose: (choice: { employee?: string; locale?: string }) => void
}

const SECTIONS = ['Показатели', 'Закупки', 'Продажи', 'Товары', 'Контрагенты', 'Деньги', 'Розница', 'Задачи']
const CURRENT_SECTION = 'Розница'

export function App(props: AppProps) {
  const { checkout, dialogs, employee } = props
  const sale = checkout.sale.value
  const { storeName, appName } = checkout.shop
  return (
    <>
      <SandboxBar
        model={props.bar}
        scanner={props.scanner}
        shop={checkout.shop}
        login={employee.login}
        locale={props.locale}
        onChoose={props.onChoose}
      />
      <header class="head">
        <span class="logo">МойСклад</span>
        <ul class="sections" aria-label="Разделы">
          {SECTIONS.map((name) => (
            <li key={name} class={name === CURRENT_SECTION ? 'current' : ''}>
              {name}
            </li>
          ))}
        </ul>
        <span class="user">{employee.name}</span>
      </header>
      <nav class="pages" aria-label="Розница">
        <span>Точки продаж</span>
        <Tab checkout={checkout} page="shifts" also={[]} testId="shifts-tab" title="Смены" />
        <Tab checkout={checkout} page="list" also={['new', 'sale']} testId="sales-tab" title="Продажи" />
        <Tab
          checkout={checkout}
          page="returns"
          also={['new-return', 'return']}
          testId="returns-tab"
          title="Возвраты"
        />
        <span>Внесения</span>
        <span>Выплаты</span>
      </nav>
      {checkout.error.value !== null && (
        <div class="error" role="alert" data-testid="error">
          {checkout.error.value}
        </div>
      )}
      <div class="page">
        <main aria-busy={checkout.busy.value}>
          {sale === null ? (
            <List checkout={checkout} />
          ) : (
            <>
              <Toolbar checkout={checkout} sale={sale} />
              <dl class="fields">
                <dt>Контрагент</dt>
                <dd>Розничный покупатель</dd>
                <dt>Точка продаж</dt>
                <dd>{storeName}</dd>
                <dt>Смена</dt>
                <dd data-testid="shift">
                  {sale.shiftName === null ? 'нет открытой' : `№ ${sale.shiftName}`}
                </dd>
                {sale.basis === null && sale.id !== null && (
                  <ChequeField checkout={checkout} cheque={sale.cheque} />
                )}
                {sale.basis !== null && <BasisField checkout={checkout} basis={sale.basis} />}
              </dl>
              {sale.basis === null && <GoodsField checkout={checkout} />}
              <Positions checkout={checkout} sale={sale} />
              <Payment checkout={checkout} sale={sale} />
            </>
          )}
        </main>
        <WidgetPanel
          title={appName}
          points={props.points}
          view={props.widgetView}
          container={props.frameContainer}
        />
      </div>
      <PopupBox
        title={appName}
        view={props.popupView}
        container={props.popupContainer}
        onCross={props.onPopupCross}
      />
      <DialogBox dialogs={dialogs} />
    </>
  )
}

function List({ checkout }: { readonly checkout: Checkout }) {
  switch (checkout.route.value.page) {
    case 'list':
      return <SalesList checkout={checkout} />
    case 'shifts':
      return <ShiftsList checkout={checkout} />
    case 'returns':
      return <ReturnsList checkout={checkout} />
    default:
      return null
  }
}

type TabProps = {
  readonly checkout: Checkout
  readonly page: 'list' | 'returns' | 'shifts'
  /** Other pages that belong to it. */
  readonly also: readonly Route['page'][]
  readonly testId: string
  readonly title: string
}

function Tab({ checkout, page, also, testId, title }: TabProps) {
  const shown = checkout.route.value.page
  return (
    <button
      type="button"
      class={shown === page || also.includes(shown) ? 'link current' : 'link'}
      data-testid={testId}
      onClick={() => void checkout.go({ page })}
    >
      {title}
    </button>
  )
}

/** The register is not a part of the sandbox; a press says that it has printed. */
function ChequeField({ checkout, cheque }: { readonly checkout: Checkout; readonly cheque: Cheque | null }) {
  return (
    <>
      <dt>Чек</dt>
      <dd data-testid="cheque">
        {cheque === null ? (
          <button
            type="button"
            class="link"
            data-testid="print-cheque"
            onClick={() => void checkout.printCheque()}
          >
            пробить
          </button>
        ) : (
          `ФД ${cheque.fiscalDocNumber}, ${showMoment(cheque.time)}`
        )}
      </dd>
    </>
  )
}

function BasisField({ checkout, basis }: { readonly checkout: Checkout; readonly basis: Basis }) {
  return (
    <>
      <dt>Основание</dt>
      <dd>
        <button
          type="button"
          class="link"
          data-testid="basis"
          onClick={() => void checkout.go({ page: 'sale', id: basis.id })}
        >
          Продажа № {basis.name}
        </button>
      </dd>
    </>
  )
}
