import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { moscowMinute, moscowTime } from './moscow-time.ts'
import { saleSumKopecks } from './page/wire/sale-sum.ts'
import { paymentOf } from './page/wire/payment.ts'
import { SaleRow, SaleView, type SaleDraft } from './page/wire/ui-wire.ts'
import type { PositionBody, SaleChange } from './json-bodies.ts'
import { checkPayment, completePayment, DocumentRefused } from './payments.ts'
import { Int, parseShape, tryShape } from '../core/shape.ts'

/**
 * Retail sales: kept in memory, written to one file after every change, so that a restart of the sandbox finds them
 * again. The file is replaced by a rename; a kill in the middle leaves the older one whole.
 */
const DocumentsFile = v.object({ lastNumber: Int, sales: v.array(SaleView) })

export type Documents = ReturnType<typeof openDocuments>

export function openDocuments(options: { file: string; storeId: string; now: () => number }) {
  const { file, storeId, now } = options
  const stored = readStored(file)
  const sales = new Map(stored.sales.map((sale) => [sale.id, sale]))
  let lastNumber = stored.lastNumber

  function persist(): void {
    mkdirSync(dirname(file), { recursive: true })
    const fresh = `${file}.new`
    writeFileSync(fresh, JSON.stringify({ lastNumber, sales: [...sales.values()] }, null, 1))
    renameSync(fresh, file)
  }

  function put(sale: SaleView): SaleView {
    sales.set(sale.id, sale)
    persist()
    return sale
  }

  return {
    /** Newest first, what lies in the bin included. */
    list: (): SaleView[] => [...sales.values()].reverse(),
    get: (id: string): SaleView | undefined => sales.get(id),
    nextName: (): string => documentName(lastNumber + 1),

    /** @throws DocumentRefused */
    create(ownerId: string, draft: SaleDraft): SaleView {
      const body = saleBody(draft)
      const at = now()
      lastNumber += 1
      return put({
        id: newDocumentId(),
        name: documentName(lastNumber),
        moment: moscowMinute(at),
        created: moscowTime(at),
        updated: moscowTime(at),
        deleted: null,
        ownerId,
        storeId,
        ...body,
      })
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

function saleBody(
  draft: SaleDraft,
): Omit<SaleView, 'id' | 'name' | 'moment' | 'created' | 'updated' | 'deleted' | 'ownerId' | 'storeId'> {
  const sum = saleSumKopecks(draft.rows)
  checkPayment(draft, sum)
  const rows = draft.rows.map((row) => ({ ...row, id: row.id ?? newDocumentId() }))
  const { applicable, description } = draft
  return { applicable, description, rows, sum, ...paymentOf(draft) }
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
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { lastNumber: 0, sales: [] }
    throw error
  }
  return parseShape(DocumentsFile, JSON.parse(text))
}
