import { randomUUID } from 'node:crypto'
import type { SaleDocument } from '../../src/core/draft/draft.ts'
import type { AccountId, DocumentId, EmployeeId, StoreId } from '../../src/core/ids.ts'
import {
  type EmployeeBrief,
  type EmployeeContext,
  type MoySklad,
  type MoySkladAccount,
  MoySkladUnreachable,
} from '../../src/server/moysklad/moysklad.ts'

export { goodsId, goodsSale } from '../../src/core/testing/builders.ts'

/** MoySklad behind the port: people by context key or user token, sales by id, and a switch for its silence. */
export class FakeMoySklad implements MoySklad {
  readonly people = new Map<string, EmployeeContext>()
  /** What a user token tells, once. */
  readonly userTokens = new Map<string, EmployeeContext | EmployeeBrief>()
  readonly sales = new Map<DocumentId, SaleDocument>()
  /** Whose a sale is, where several accounts have some. */
  readonly owners = new Map<DocumentId, AccountId>()
  away = false
  asked = 0

  hire(person: Partial<EmployeeContext> & { accountId: AccountId }): {
    key: string
    person: EmployeeContext
  } {
    const key = randomUUID()
    const hired: EmployeeContext = {
      employeeId: randomUUID() as EmployeeId,
      name: 'Иванова А.',
      role: 'cashier',
      maySell: true,
      storeIds: [storeId],
      ...person,
    }
    this.people.set(key, hired)
    return { key, person: hired }
  }

  /** A one-time token of the page in which this employee works. */
  userToken(told: EmployeeContext | EmployeeBrief): string {
    const token = randomUUID()
    this.userTokens.set(token, told)
    return token
  }

  /** A saved sale. */
  sell(sale: SaleDocument['sale'], rest: Partial<SaleDocument> = {}): SaleDocument {
    const document: SaleDocument = {
      id: randomUUID() as DocumentId,
      name: '00001',
      moment: '2026-10-02 12:31',
      createdAtMs: Date.parse('2026-10-02T09:31:00Z'),
      employeeId: null,
      applicable: true,
      sale,
      ...rest,
    }
    this.sales.set(document.id, document)
    return document
  }

  #answer<T>(value: T): Promise<T> {
    this.asked++
    return this.away ? Promise.reject(new MoySkladUnreachable('away')) : Promise.resolve(value)
  }
  exchangeContext(contextKey: string) {
    return this.#answer(this.people.get(contextKey) ?? null)
  }
  exchangeUserToken(token: string) {
    const told = this.userTokens.get(token) ?? null
    if (!this.away) this.userTokens.delete(token)
    return this.#answer(told)
  }
  /** One account's MoySklad: it has the sales, unless they were said to be another's. */
  of(accountId: AccountId): MoySkladAccount {
    const isOwn = (id: DocumentId) => (this.owners.get(id) ?? accountId) === accountId
    return {
      retailDemand: (id: DocumentId) => this.#answer((isOwn(id) && this.sales.get(id)) || null),
      retailDemandsSince: (employeeId: EmployeeId, sinceMs: number) =>
        this.#answer({
          sales: [...this.sales.values()].filter(
            (sale) =>
              isOwn(sale.id) && (sale.employeeId ?? employeeId) === employeeId && sale.createdAtMs >= sinceMs,
          ),
          complete: true,
        }),
      retailStores: () => this.#answer([{ id: storeId, name: 'Магазин на Невском' }]),
    }
  }
}

export const storeId = 'aa000000-0000-11f0-0a80-000000000001' as StoreId
