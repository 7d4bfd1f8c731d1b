import { batch, computed, signal } from '@preact/signals'
import type { ChangeHint } from '../protocol/host-messages.ts'
import type { HostWindow } from '../protocol/host-window.ts'
import { CREATE, EDIT, RETURN } from '../protocol/points.ts'
import type { Bootstrap, Good, ReturnView, SaleView, ShiftView } from '../wire/ui-wire.ts'
import { NoConnection, Refused, type Api } from './api.ts'
import type { Dialogs } from './dialog.ts'
import { objectState } from './object-state.ts'
import type { Route } from './route.ts'
import {
  draftOf,
  emptyReturn,
  emptySale,
  returnFrom,
  saleFrom,
  withGood,
  withPaid,
  withoutRow,
  withRow,
  type OtherThanCash,
  type RowEdit,
  type Sale,
} from './sale.ts'

export type CheckoutDeps = {
  readonly api: Api
  readonly shop: Bootstrap
  readonly employeeId: string
  readonly dialogs: Dialogs
  readonly host: HostWindow
  /** Told of every page that is shown, so that the address bar follows. */
  readonly onRoute: (route: Route) => void
}

export type Checkout = ReturnType<typeof createCheckout>

/** The document page: one sale on screen, or the list of saved ones. */
export function createCheckout(deps: CheckoutDeps) {
  const { api, shop, employeeId, dialogs, host } = deps
  const route = signal<Route>({ page: 'new' })
  const sale = signal<Sale | null>(null)
  const list = signal<readonly SaleView[]>([])
  const shifts = signal<readonly ShiftView[]>([])
  const returns = signal<readonly ReturnView[]>([])
  /** Edited since it was opened or saved. Undoing an edit does not take this back. */
  const changed = signal(false)
  const busy = signal(false)
  const error = signal<string | null>(null)
  let lastRowKey = 0
  let running: Promise<void> = Promise.resolve()
  let scans: Promise<void> = Promise.resolve()

  /** What the server refuses becomes the red line at the top of the page. */
  async function explained(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (failure) {
      if (!(failure instanceof Refused) && !(failure instanceof NoConnection)) throw failure
      error.value = failure.message
    }
  }

  /** Runs one action at a time; a second press while the first one works is not a second wish. */
  function act(work: () => Promise<void>): Promise<void> {
    if (busy.value) return running
    busy.value = true
    error.value = null
    running = explained(work).finally(() => (busy.value = false))
    return running
  }

  function edit(next: (current: Sale) => Sale, hint: ChangeHint): void {
    const before = sale.value
    if (before === null || busy.value) return
    const after = next(before)
    const state = objectState(after, shop)
    // A value that was typed anew without being another one is no change.
    if (JSON.stringify(state) === JSON.stringify(objectState(before, shop))) return
    batch(() => {
      sale.value = after
      changed.value = true
      error.value = null
    })
    host.change(state, [hint])
  }

  function show(next: Route, shown: Sale | null): void {
    batch(() => {
      route.value = next
      sale.value = shown
      changed.value = false
    })
    deps.onRoute(next)
    // A new return has no widget: the platform has no extension point there.
    if (shown === null || (shown.basis !== null && shown.id === null)) host.close()
    else if (shown.basis !== null) void host.open(RETURN, shown.id)
    else void host.open(shown.id === null ? CREATE : EDIT, shown.id)
  }

  async function load(next: Route): Promise<void> {
    switch (next.page) {
      case 'new':
        return show(next, emptySale(await api.newSale()))
      case 'sale':
        return show(next, saleFrom(await api.sale(next.id)))
      case 'list':
        list.value = (await api.sales()).sales
        return show(next, null)
      case 'shifts':
        shifts.value = (await api.shifts()).shifts
        return show(next, null)
      case 'new-return':
        return show(next, emptyReturn(await api.newReturn(next.demandId)))
      case 'return':
        return show(next, returnFrom(await api.oneReturn(next.id)))
      case 'returns':
        returns.value = (await api.returns()).returns
        return show(next, null)
    }
  }

  /** False when the document could not be stored; the reason stands at the top of the page. */
  async function store(): Promise<boolean> {
    const current = sale.value
    if (current === null) return true
    if (current.rows.length === 0) {
      error.value = `Добавьте в ${current.basis === null ? 'продажу' : 'возврат'} хотя бы одну позицию`
      return false
    }
    // Saving without changes asks nobody.
    const refusal = changed.value ? await host.askVerdict() : null
    if (refusal !== null) {
      error.value = refusal
      return false
    }
    const saved = await send(current)
    if (current.id === null) {
      // The widget of a new sale is closed without a word; the other one opens with the new id.
      show({ page: saved.basis === null ? 'sale' : 'return', id: saved.id }, saved)
      return true
    }
    batch(() => {
      sale.value = saved
      changed.value = false
    })
    host.saved()
    return true
  }

  async function send(current: Sale): Promise<Sale & { readonly id: string }> {
    const draft = draftOf(current)
    if (current.basis === null) {
      const request = { employeeId, draft }
      const view = await (current.id === null ? api.createSale(request) : api.updateSale(current.id, request))
      return { ...saleFrom(view), id: view.id }
    }
    const request = { employeeId, draft: { ...draft, demandId: current.basis.id } }
    const view = await (current.id === null
      ? api.createReturn(request)
      : api.updateReturn(current.id, request))
    return { ...returnFrom(view), id: view.id }
  }

  /** The platform's own question; false means "stay". */
  async function mayLeave(): Promise<boolean> {
    if (!changed.value && !host.isDirty()) return true
    const answer = await dialogs.ask('Сохранение изменений', 'Данные были изменены. Сохранить изменения?', [
      { name: 'yes', caption: 'Да' },
      { name: 'no', caption: 'Нет' },
      { name: 'cancel', caption: 'Отмена' },
    ])
    if (answer.dialogResolution === 'closedByUser' || answer.buttonName === 'cancel') return false
    return answer.buttonName === 'no' || store()
  }

  return {
    shop,
    route: computed(() => route.value),
    sale: computed(() => sale.value),
    list: computed(() => list.value),
    returns: computed(() => returns.value),
    /** Newest first. */
    shifts: computed(() => shifts.value),
    changed: computed(() => changed.value),
    busy: computed(() => busy.value),
    error: computed(() => error.value),

    go: (next: Route) =>
      act(async () => {
        if (await mayLeave()) await load(next)
        // The address bar may already show the other page.
        else deps.onRoute(route.value)
      }),
    save: () =>
      act(async () => {
        await store()
      }),
    remove: () =>
      act(async () => {
        const shown = sale.value
        if (shown === null || shown.id === null) return
        const what = `${shown.basis === null ? 'продажу' : 'возврат'} № ${shown.name}`
        const answer = await dialogs.ask('Удаление', `Удалить ${what}?`, [
          { name: 'yes', caption: 'Удалить' },
          { name: 'no', caption: 'Отмена' },
        ])
        if (answer.dialogResolution !== 'normal' || answer.buttonName !== 'yes') return
        if (shown.basis === null) await api.deleteSale(shown.id)
        else await api.deleteReturn(shown.id)
        await load({ page: shown.basis === null ? 'list' : 'returns' })
      }),
    openShift: () =>
      act(async () => {
        await api.openShift()
        await load({ page: 'shifts' })
      }),
    closeShift: (id: string) =>
      act(async () => {
        await api.closeShift(id)
        await load({ page: 'shifts' })
      }),
    /** What a register does beside the page: of the open document only the mark is taken over. */
    printCheque: () =>
      act(async () => {
        const shown = sale.value
        if (shown === null || shown.id === null) return
        const { cheque } = await api.printCheque(shown.id)
        sale.value = { ...shown, cheque }
      }),
    noSuchPage(path: string): void {
      error.value = `В песочнице нет страницы ${path}`
    },
    /** Another employee or language begins with a new page, after the question about unsaved changes. */
    leaveFor: (work: () => void) =>
      act(async () => {
        if (await mayLeave()) work()
      }),

    /** A scanner's burst, or typed text that names one thing. Bursts queue up: none of them may be lost. */
    scan(text: string): Promise<void> {
      scans = scans.then(() => running).then(() => explained(() => addScanned(text)))
      return scans
    },
    addGood,
    editRow: (key: string, rowEdit: RowEdit) =>
      edit((current) => withRow(current, key, rowEdit), 'positions'),
    removeRow: (key: string) => edit((current) => withoutRow(current, key), 'positions'),
    setDescription: (text: string) =>
      edit((current) => ({ ...current, description: text === '' ? null : text }), '_fields'),
    setApplicable: (applicable: boolean) => edit((current) => ({ ...current, applicable }), '_fields'),
    /** Payment has no Change-handler mark: the document becomes unsaved, and the widget hears nothing. */
    setPaid(paid: Partial<Pick<OtherThanCash, 'noCashSum' | 'qrSum'>>): void {
      const before = sale.value
      if (before === null || busy.value) return
      const after = withPaid(before, paid)
      if (JSON.stringify(after.paid) === JSON.stringify(before.paid)) return
      sale.value = after
      changed.value = true
    },
  }

  async function addScanned(text: string): Promise<void> {
    const exact = await api.goodsByBarcode(text)
    const { goods } = exact.goods.length > 0 ? exact : await api.goodsByText(text)
    const [good] = goods
    if (good === undefined) error.value = `Товар со штрихкодом или названием «${text}» не найден`
    else if (goods.length > 1) error.value = 'Уточните название товара'
    else addGood(good)
  }

  function addGood(good: Good): void {
    // A return holds only what was sold.
    if (sale.value?.basis !== null) return
    lastRowKey += 1
    edit((current) => withGood(current, good, `new-${lastRowKey}`), 'positions')
  }
}
