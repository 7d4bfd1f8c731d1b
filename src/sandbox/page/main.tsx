import { signal } from '@preact/signals'
import { render } from 'preact'
import { createFrames } from './frames.ts'
import { createApi, NoConnection, orNoConnection } from './model/api.ts'
import { createCheckout, type Checkout } from './model/checkout.ts'
import { createDialogs } from './model/dialog.ts'
import { readRoute, routeHash } from './model/route.ts'
import { createSandboxBar } from './model/sandbox-bar.ts'
import { createScanner } from './model/scanner.ts'
import { parseDescriptor } from './protocol/descriptor.ts'
import { createHostWindow, type WidgetView } from './protocol/host-window.ts'
import './style/controls.css'
import './style/document.css'
import './style/panel-and-dialog.css'
import './style/sandbox-bar.css'
import { App } from './view/App.tsx'
import { OfflineStart } from './view/OfflineStart.tsx'
import { LOCALES } from './view/SandboxBar.tsx'
import { createWedge } from './wedge.ts'

/** Person and language stand in the address, for they belong to a sign-in and not to a document. */
async function start(root: HTMLElement): Promise<void> {
  const api = createApi()
  const [shop, descriptor] = await Promise.all([api.bootstrap(), api.descriptor()])
  const points = parseDescriptor(descriptor)
  const query = new URLSearchParams(location.search)
  const employee =
    shop.employees.find((person) => person.login === query.get('employee')) ?? shop.employees[0]
  if (employee === undefined) throw new Error('The shop has no employees.')
  const locale = LOCALES.find((name) => name === query.get('locale')) ?? LOCALES[0]

  const dialogs = createDialogs()
  const widgetView = signal<WidgetView>(null)
  const frameContainer = document.createElement('div')
  frameContainer.className = 'frames'
  const frames = createFrames({
    container: frameContainer,
    points,
    api,
    appUid: shop.appUid,
    appId: shop.appId,
    userLocale: locale,
    employeeId: employee.id,
  })
  const wedge = createWedge(shop.widgetUrl, document.body)
  const host = createHostWindow({
    appName: shop.appName,
    points,
    async loadFrame(point) {
      const port = await frames.load(point)
      if (port !== null) wedge.load()
      return port
    },
    showDialog: (text, buttons) => dialogs.ask(shop.appName, text, buttons),
    navigate: (path, target) => navigate(checkout, path, target),
    async userToken() {
      return (await orNoConnection(api.userToken(employee.id)))?.token ?? null
    },
    onView: (view) => {
      widgetView.value = view
      frames.show(view?.point ?? null)
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
      points={points}
      widgetView={widgetView}
      frameContainer={frameContainer}
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
