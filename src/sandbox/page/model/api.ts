import type * as v from 'valibot'
import {
  ApiErrors,
  Bootstrap,
  CardStates,
  ContextKey,
  FrameLoad,
  GoodList,
  NewReturn,
  NewSale,
  ReturnList,
  ReturnView,
  SaleList,
  SaleView,
  ShiftList,
  ShiftView,
  SwitchState,
  UserToken,
  type ReturnRequest,
  type SaveRequest,
  type SwitchRequest,
} from '../wire/ui-wire.ts'
import { parseShape, tryShape } from '../../../core/shape.ts'

/** A refusal that the server put into words. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** No answer at all. */
export class NoConnection extends Error {
  override readonly name = 'NoConnection'
}

/** Null where nobody answered. */
export async function orNoConnection<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof NoConnection) return null
    throw error
  }
}

export type Api = ReturnType<typeof createApi>

/** The checkout page's own server, and the handles of the sandbox. */
export function createApi() {
  return {
    bootstrap: () => call(Bootstrap, 'GET', '/ui/bootstrap'),
    contextKey: (employeeId: string) => call(ContextKey, 'POST', '/ui/context-keys', { employeeId }),
    userToken: (employeeId: string) => call(UserToken, 'POST', '/ui/user-tokens', { employeeId }),
    goodsByBarcode: (barcode: string) =>
      call(GoodList, 'GET', `/ui/goods?barcode=${encodeURIComponent(barcode)}`),
    goodsByText: (text: string) => call(GoodList, 'GET', `/ui/goods?search=${encodeURIComponent(text)}`),
    newSale: () => call(NewSale, 'GET', '/ui/sales/new'),
    sales: () => call(SaleList, 'GET', '/ui/sales'),
    sale: (id: string) => call(SaleView, 'GET', `/ui/sales/${id}`),
    createSale: (request: SaveRequest) => call(SaleView, 'POST', '/ui/sales', request),
    updateSale: (id: string, request: SaveRequest) => call(SaleView, 'PUT', `/ui/sales/${id}`, request),
    async deleteSale(id: string): Promise<void> {
      await answerOf('DELETE', `/ui/sales/${id}`)
    },
    shifts: () => call(ShiftList, 'GET', '/ui/shifts'),
    openShift: () => call(ShiftView, 'POST', '/ui/shifts'),
    closeShift: (id: string) => call(ShiftView, 'POST', `/ui/shifts/${id}/close`),
    printCheque: (id: string) => call(SaleView, 'POST', `/control/cheques/${id}`),
    newReturn: (demandId: string) => call(NewReturn, 'GET', `/ui/returns/new?demand=${demandId}`),
    returns: () => call(ReturnList, 'GET', '/ui/returns'),
    oneReturn: (id: string) => call(ReturnView, 'GET', `/ui/returns/${id}`),
    createReturn: (request: ReturnRequest) => call(ReturnView, 'POST', '/ui/returns', request),
    updateReturn: (id: string, request: ReturnRequest) =>
      call(ReturnView, 'PUT', `/ui/returns/${id}`, request),
    async deleteReturn(id: string): Promise<void> {
      await answerOf('DELETE', `/ui/returns/${id}`)
    },
    switches: () => call(SwitchState, 'GET', '/control/state'),
    setSwitch: (request: SwitchRequest) => call(SwitchState, 'POST', '/control/switch', request),
    frameLoad: (contextKey: string) => call(FrameLoad, 'GET', `/control/frame-loads/${contextKey}`),
    cards: () => call(CardStates, 'GET', '/control/cards'),
    async descriptor(): Promise<string> {
      return (await answerOf('GET', '/descriptor.xml')).text()
    },
  }
}

/** @throws Refused or NoConnection */
async function call<Schema extends v.GenericSchema>(
  schema: Schema,
  method: string,
  path: string,
  body?: unknown,
): Promise<v.InferOutput<Schema>> {
  const answer = await answerOf(method, path, body)
  return parseShape(schema, await answer.json())
}

async function answerOf(method: string, path: string, body?: unknown): Promise<Response> {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  let answer: Response
  try {
    answer = await fetch(path, { method, cache: 'no-store', ...init })
  } catch (error) {
    throw new NoConnection('Нет связи с МойСклад. Проверьте подключение к интернету', { cause: error })
  }
  if (answer.ok) return answer
  const errors = tryShape(ApiErrors, await answer.json())
  throw new Refused(
    errors.success ? errors.data.errors.map((one) => one.error).join('. ') : `Ошибка ${answer.status}`,
  )
}
