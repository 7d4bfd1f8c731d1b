import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { moscowMinute, moscowTime } from './moscow-time.ts'
import { saleSumKopecks } from './page/wire/sale-sum.ts'
import { SaleView, type SaleDraft } from './page/wire/ui-wire.ts'
import { Int, parseShape } from '../core/shape.ts'

/**
 * Retail sales: kept in memory, written to one file after every change, so that a restart of the sandbox finds them
 * again. The file is replaced by a rename; a kill in the middle leaves the older one whole.
 */
const DocumentsFile = v.object({ lastNumber: Int, sales: v.array(SaleView) })

/** Payment parts may differ from the total by less than this: rule of MoySklad's JSON API, error 18000. */
const PAYMENT_TOLERANCE_KOPECKS = 10

export class PaymentMismatch extends Error {
  override readonly name = 'PaymentMismatch'
}

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

    /** @throws PaymentMismatch */
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

    /** Undefined for a document that does not exist or lies in the bin. @throws PaymentMismatch */
    update(id: string, draft: SaleDraft): SaleView | undefined {
      const sale = sales.get(id)
      if (sale === undefined || sale.deleted !== null) return undefined
      return put({ ...sale, ...saleBody(draft), updated: moscowTime(now()) })
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
  if (Math.abs(draft.cashSum + draft.noCashSum - sum) >= PAYMENT_TOLERANCE_KOPECKS) {
    throw new PaymentMismatch(
      'Ошибка сохранения продажи: сумма оплаты наличными и картой не равна сумме документа',
    )
  }
  const rows = draft.rows.map((row) => ({ ...row, id: row.id ?? newDocumentId() }))
  const { applicable, description, cashSum, noCashSum } = draft
  return { applicable, description, rows, sum, cashSum, noCashSum }
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
