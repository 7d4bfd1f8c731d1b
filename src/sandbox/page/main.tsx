import { signal } from '@preact/signals'
import { render } from 'preact'
import { createFrames } from './frames.ts'
import { createApi, NoConnection, orNoConnection } from './model/api.ts'
import { createCheckout, type Checkout } from './model/checkout.ts'
import { createDialogs, type Dialogs } from './model/dialog.ts'
import { readRoute, routeHash } from './model/route.ts'
import { createSandboxBar } from './model/sandbox-bar.ts'
import { createScanner } from './model/scanner.ts'
import { parseDescriptor } from './protocol/descriptor.ts'
import { createHostWindow, type WidgetView } from './protocol/host-window.ts'
import { popupPlace } from './protocol/points.ts'
import type { PopupView } from './protocol/popup-window.ts'
import './style/controls.css'
import './style/document.css'
import './style/panel-and-dialog.css'
import './style/sandbox-bar.css'
import { App } from './view/App.tsx'
import { OfflineStart } from './view/OfflineStart.tsx'
import { LOCALES } from './view/SandboxBar.tsx'
import { createWedge } from './wedge.ts'
import type { Bootstrap } from './wire/ui-wire.ts'

const NO_FOLDER = 'cancel'

/** Person and language stand in the address, for they belong to a sign-in and not to a document. */
async function start(root: HTMLElement): Promise<void> {
  const api = createApi()
  const [shop, xml] = await Promise.all([api.bootstrap(), api.descriptor()])
  const descriptor = parseDescriptor(xml)
  const query = new URLSearchParams(location.search)
  const employee =
    shop.employees.find((person) => person.login === query.get('employee')) ?? shop.employees[0]
  if (employee === undefined) throw new Error('The shop has no employees.')
  const locale = LOCALES.find((name) => name === query.get('locale')) ?? LOCALES[0]

  const dialogs = createDialogs()
  const widgetView = signal<WidgetView>(null)
  const popupView = signal<PopupView>(null)
  const frameContainer = containerOf('frames')
  const popupContainer = containerOf('frames')
  const frames = createFrames({
    panel: frameContainer,
    popup: popupContainer,
    descriptor,
    api,
    appUid: shop.appUid,
    appId: shop.appId,
    userLocale: locale,
    employeeId: employee.id,
  })
  const showFrames = () => {
    const popup = popupView.value
    frames.show(widgetView.value?.point ?? null, popup === null ? null : popupPlace(popup.name))
  }
  const wedge = createWedge(shop.widgetUrl, document.body)
  const host = createHostWindow({
    appName: shop.appName,
    descriptor,
    async loadFrame(place) {
      const port = await frames.load(place)
      if (port !== null) wedge.load()
      return port
    },
    showDialog: (text, buttons) => dialogs.ask(shop.appName, text, buttons),
    navigate: (path, target) => navigate(checkout, path, target),
    async userToken() {
      return (await orNoConnection(api.userToken(employee.id)))?.token ?? null
    },
    selectGoodFolder: () => selectGoodFolder(dialogs, shop),
    onView: (view) => {
      widgetView.value = view
      showFrames()
    },
    onPopup: (view) => {
      popupView.value = view
      showFrames()
    },
  })
  const checkout: Checkout = createCheckout({
    api,
    shop,
    employeeId: employee.id,
    dialogs,
    host,
    onRoute: (route) => history.replaceState(null, '', routeHash(route)),
  })
  addEventListener('message', (event) => {
    if (!wedge.receive(event.source, event.data)) host.receive(event.source, event.data)
  })
  addEventListener('hashchange', () => navigate(checkout, location.hash, 'self'))

  const bar = createSandboxBar(api)
  bar.watch()
  render(
    <App
      checkout={checkout}
      dialogs={dialogs}
      bar={bar}
      scanner={createScanner(api, wedge)}
      points={descriptor.widgets}
      widgetView={widgetView}
      frameContainer={frameContainer}
      popupView={popupView}
      popupContainer={popupContainer}
      onPopupCross={() => host.closePopup()}
      employee={employee}
      locale={locale}
      onChoose={(choice) =>
        void checkout.leaveFor(() => {
          location.search = new URLSearchParams({ employee: employee.login, locale, ...choice }).toString()
        })
      }
    />,
    root,
  )
  await checkout.go(readRoute(location.hash) ?? { page: 'new' })
}

/** The platform has a picker with a tree here; a question with a button for each group asks the same. */
async function selectGoodFolder(dialogs: Dialogs, shop: Bootstrap): Promise<string | null> {
  const answer = await dialogs.ask('Выбор группы', 'Группа товаров', [
    ...shop.goodFolders.map(({ id, name }) => ({ name: id, caption: name })),
    { name: NO_FOLDER, caption: 'Отмена' },
  ])
  return answer.dialogResolution === 'closedByUser' || answer.buttonName === NO_FOLDER
    ? null
    : answer.buttonName
}

function containerOf(className: string): HTMLElement {
  const container = document.createElement('div')
  container.className = className
  return container
}

function navigate(checkout: Checkout, path: string, target: 'self' | 'blank'): void {
  if (target === 'blank') {
    window.open(location.pathname + location.search + path, '_blank', 'noopener')
    return
  }
  const route = readRoute(path)
  if (route === null) checkout.noSuchPage(path)
  else void checkout.go(route)
}

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root.')
start(root).catch((error: unknown) => {
  if (!(error instanceof NoConnection)) {
    root.textContent = `Страница не открылась: ${error instanceof Error ? error.message : String(error)}`
    throw error
  }
  render(<OfflineStart api={createApi()} />, root)
})
