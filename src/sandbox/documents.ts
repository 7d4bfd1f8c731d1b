import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { SHIFT } from './demo.ts'
import { moscowMinute, moscowTime } from './moscow-time.ts'
import { saleSumKopecks } from './page/wire/sale-sum.ts'
import { paymentOf } from './page/wire/payment.ts'
import {
  ReturnView,
  SaleRow,
  SaleView,
  ShiftView,
  type NewReturn,
  type ReturnDraft,
  type SaleDraft,
} from './page/wire/ui-wire.ts'
import type { PositionBody, SaleChange } from './json-bodies.ts'
import { checkPayment, completePayment, DocumentRefused } from './payments.ts'
import { createShifts } from './shifts.ts'
import { checkReturn, proposedPayout, returnableRows } from './returns.ts'
import { Int, parseShape, tryShape } from '../core/shape.ts'

/**
 * Retail sales and their returns: kept in memory, written to one file after every change, so that a restart of the sandbox finds them
 * again. The file is replaced by a rename; a kill in the middle leaves the older one whole.
 */
const FIRST_SHIFT: ShiftView = { ...SHIFT, closeDate: null }

const DocumentsFile = v.object({
  lastNumber: Int,
  sales: v.array(SaleView),
  lastReturnNumber: v.optional(Int, 0),
  returns: v.optional(v.array(ReturnView), []),
  shifts: v.optional(v.array(ShiftView), [FIRST_SHIFT]),
})

export type Documents = ReturnType<typeof openDocuments>

export function openDocuments(options: { file: string; storeId: string; now: () => number }) {
  const { file, storeId, now } = options
  const stored = readStored(file)
  const sales = new Map(stored.sales.map((sale) => [sale.id, sale]))
  const returns = new Map(stored.returns.map((one) => [one.id, one]))
  let { lastNumber, lastReturnNumber } = stored

  const shifts = createShifts({ stored: stored.shifts, now, newId: newDocumentId, persist: () => persist() })

  function persist(): void {
    mkdirSync(dirname(file), { recursive: true })
    const fresh = `${file}.new`
    const kept = {
      lastNumber,
      sales: [...sales.values()],
      lastReturnNumber,
      returns: [...returns.values()],
      shifts: shifts.list(),
    }
    writeFileSync(fresh, JSON.stringify(kept, null, 1))
    renameSync(fresh, file)
  }

  function put(sale: SaleView): SaleView {
    sales.set(sale.id, sale)
    persist()
    return sale
  }

  /**
   * With a new id, number and the time of now, in the open shift.
   *
   * @param closed the code of MoySklad's error when there is none, where one is documented
   * @throws DocumentRefused
   */
  function begin(number: number, ownerId: string, closed?: number) {
    const at = now()
    const shift = shifts.current()
    if (shift === undefined) {
      const what = closed === undefined ? 'продажи' : 'возврата'
      throw new DocumentRefused(closed, `Ошибка сохранения ${what}: розничная смена уже закрыта`)
    }
    return {
      id: newDocumentId(),
      name: documentName(number),
      moment: moscowMinute(at),
      created: moscowTime(at),
      updated: moscowTime(at),
      deleted: null,
      ownerId,
      storeId,
      shiftId: shift.id,
      shiftName: shift.name,
      cheque: null,
    }
  }

  /** @param but the return that is about to be saved again */
  function returnsOf(demandId: string, but?: string): ReturnView[] {
    return [...returns.values()].filter(
      (one) => one.demandId === demandId && one.deleted === null && one.id !== but,
    )
  }

  /** @throws DocumentRefused when there is no such sale */
  function basisOf(demandId: string): SaleView {
    const sale = sales.get(demandId)
    if (sale === undefined || sale.deleted !== null) {
      throw new DocumentRefused(
        1020,
        `Родительский объект с типом 'retaildemand' и идентификатором '${demandId}' не существует`,
      )
    }
    return sale
  }

  function putReturn(view: ReturnView): ReturnView {
    returns.set(view.id, view)
    persist()
    return view
  }

  return {
    shifts,
    returns: {
      /** Newest first, what lies in the bin included. */
      list: (): ReturnView[] => [...returns.values()].reverse(),
      get: (id: string): ReturnView | undefined => returns.get(id),

      /** What a new return of this sale is proposed to hold. @throws DocumentRefused */
      propose(demandId: string): NewReturn {
        const sale = basisOf(demandId)
        const rows = returnableRows(sale, returnsOf(demandId))
        return {
          name: documentName(lastReturnNumber + 1),
          moment: moscowMinute(now()),
          shiftName: shifts.current()?.name ?? null,
          demandId,
          demandName: sale.name,
          rows,
          ...proposedPayout(sale, saleSumKopecks(rows)),
        }
      },

      /** @throws DocumentRefused */
      create(ownerId: string, draft: ReturnDraft): ReturnView {
        const { demandId } = draft
        const sale = basisOf(demandId)
        checkReturn(draft, sale, returnsOf(demandId))
        const begun = begin(lastReturnNumber + 1, ownerId, 19000)
        lastReturnNumber += 1
        return putReturn({ ...begun, ...bodyOf(draft), demandId, demandName: sale.name })
      },

      /** Undefined for a return that does not exist or lies in the bin. @throws DocumentRefused */
      update(id: string, draft: ReturnDraft): ReturnView | undefined {
        const view = returns.get(id)
        if (view === undefined || view.deleted !== null) return undefined
        checkReturn(draft, basisOf(view.demandId), returnsOf(view.demandId, id))
        return putReturn({ ...view, ...bodyOf(draft), updated: moscowTime(now()) })
      },

      /** To the bin. */
      trash(id: string): boolean {
        const view = returns.get(id)
        if (view === undefined || view.deleted !== null) return false
        const at = moscowTime(now())
        putReturn({ ...view, deleted: at, updated: at })
        return true
      },
    },

    /** Newest first, what lies in the bin included. */
    list: (): SaleView[] => [...sales.values()].reverse(),
    get: (id: string): SaleView | undefined => sales.get(id),
    nextName: (): string => documentName(lastNumber + 1),

    /** @throws DocumentRefused */
    create(ownerId: string, draft: SaleDraft): SaleView {
      const body = saleBody(draft)
      const begun = begin(lastNumber + 1, ownerId)
      lastNumber += 1
      return put({ ...begun, ...body })
    },

    /**
     * What a person saves on the page: the whole document as the page has it, also over what a server has written
     * meanwhile. No documentation says that the real page does so; it has no version of the document to notice by. Undefined for a document that does not exist or lies in the bin.
     *
     * @throws DocumentRefused
     */
    update(id: string, draft: SaleDraft): SaleView | undefined {
      const sale = sales.get(id)
      if (sale === undefined || sale.deleted !== null) return undefined
      return put({ ...sale, ...saleBody(draft), updated: moscowTime(now()) })
    },

    /**
     * PUT of the JSON API: what it does not name stays. Undefined for a document that does not exist.
     *
     * @param productIdOf of the reference in a row that is new; undefined for one that leads nowhere
     * @throws DocumentRefused
     */
    change(
      id: string,
      change: SaleChange,
      productIdOf: (href: string) => string | undefined,
    ): SaleView | undefined {
      const sale = sales.get(id)
      if (sale === undefined) return undefined
      const rows = change.positions?.map((row) => changedRow(sale, row, productIdOf)) ?? sale.rows
      const { applicable = sale.applicable, description = sale.description, payment } = change
      const paid = payment ? completePayment(payment, saleSumKopecks(rows)) : paymentOf(sale)
      return put({
        ...sale,
        ...saleBody({ applicable, description, rows, ...paid }),
        name: change.name ?? sale.name,
        moment: change.momentMs === undefined ? sale.moment : moscowMinute(change.momentMs),
        updated: moscowTime(now()),
      })
    },

    /**
     * A fiscal register has printed the receipt of this sale, once. Whether MoySklad lets the sale be changed afterwards is
     * not documented; here it does. Undefined for a sale that does not exist or lies in the bin.
     */
    printCheque(id: string): SaleView | undefined {
      const sale = sales.get(id)
      if (sale === undefined || sale.deleted !== null) return undefined
      if (sale.cheque !== null) return sale
      const printed = [...sales.values()].filter((one) => one.cheque !== null).length
      const cheque = {
        fnNumber: '9999078900000001',
        fiscalDocSign: String(1_000_000_000 + printed),
        fiscalDocNumber: String(printed + 1),
        kktRegNumber: '0000000001000001',
        time: moscowTime(now()),
      }
      return put({ ...sale, cheque, updated: moscowTime(now()) })
    },

    /** To the bin, as the button «Удалить» does. */
    trash(id: string): boolean {
      const sale = sales.get(id)
      if (sale === undefined || sale.deleted !== null) return false
      const at = moscowTime(now())
      put({ ...sale, deleted: at, updated: at })
      return true
    },

    /** For good, as DELETE of the JSON API does. */
    remove(id: string): boolean {
      const found = sales.delete(id)
      if (found) persist()
      return found
    },
  }
}

/** @throws DocumentRefused */
function saleBody(draft: SaleDraft) {
  const body = bodyOf(draft)
  checkPayment(body, body.sum)
  return body
}

function bodyOf(draft: SaleDraft) {
  const rows = draft.rows.map((row) => ({ ...row, id: row.id ?? newDocumentId() }))
  const { applicable, description } = draft
  return { applicable, description, rows, sum: saleSumKopecks(rows), ...paymentOf(draft) }
}

/** A row that names one of the sale's own changes it by what it gives; any other is a new one. */
function changedRow(
  sale: SaleView,
  body: PositionBody,
  productIdOf: (href: string) => string | undefined,
): SaleRow {
  const known = sale.rows.find((row) => row.id === body.id)
  const { assortment } = body
  const productId = assortment === undefined ? known?.productId : productIdOf(assortment.meta.href)
  if (productId === undefined) {
    throw new DocumentRefused(
      3000,
      "Ошибка сохранения объекта: поле 'assortment' не может быть пустым или отсутствовать",
    )
  }
  const row = tryShape(SaleRow, {
    id: known?.id ?? null,
    productId,
    // What a new row does not say is not documented; one piece for nothing is what its parts would be by themselves.
    quantity: body.quantity ?? known?.quantity ?? 1,
    price: Math.round(body.price ?? known?.price ?? 0),
    discount: body.discount ?? known?.discount ?? 0,
  })
  if (!row.success) throw new DocumentRefused(3007, "Ошибка валидации сохраняемого объекта: 'positions'")
  return row.data
}

function documentName(number: number): string {
  return String(number).padStart(5, '0')
}

/** MoySklad's ids have the shape of a UUID but not its version and variant; who expects more shall find out here. */
function newDocumentId(): string {
  return `${randomBytes(4).toString('hex')}-c851-11f0-0a80-${randomBytes(6).toString('hex')}`
}

function readStored(file: string): v.InferOutput<typeof DocumentsFile> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { lastNumber: 0, sales: [], lastReturnNumber: 0, returns: [], shifts: [FIRST_SHIFT] }
    }
    throw error
  }
  return parseShape(DocumentsFile, JSON.parse(text))
}
