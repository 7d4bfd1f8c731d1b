import type { SaleDocument } from '../../core/draft/draft.ts'
import type { AccountId, DocumentId, EmployeeId, StoreId } from '../../core/ids.ts'

export interface EmployeeContext {
  accountId: AccountId
  employeeId: EmployeeId
  name: string
  role: 'cashier' | 'manager'
  /** May make retail sales in MoySklad, and so may sell and redeem here (A3). */
  maySell: boolean
  /** Points of sale where this person is a cashier. */
  storeIds: StoreId[]
}

/** What a one-time user token tells where MoySklad gives no full answer: who it is, and whether they administer the account. */
export interface EmployeeBrief {
  accountId: AccountId
  employeeId: EmployeeId
  mayManage: boolean
}

export interface Store {
  id: StoreId
  name: string
}

/** What the server needs of MoySklad. Every call throws `MoySkladUnreachable` when no answer could be had. */
export interface MoySklad {
  /**
   * Asks as the application: the answer says whose the key is.
   *
   * @returns null when the key is unknown, too old, or another application's
   */
  exchangeContext(contextKey: string): Promise<EmployeeContext | null>
  /**
   * Asks as the application, by the one-time token that MoySklad's page gives to a frame. It dies with the first answer.
   *
   * @returns null when the token is unknown, used, older than 60 s, or another application's
   */
  exchangeUserToken(token: string): Promise<EmployeeContext | EmployeeBrief | null>
  /** What one account lets us read; nothing of another's comes out of it. */
  of(accountId: AccountId): MoySkladAccount
}

export interface MoySkladAccount {
  /** @returns null when MoySklad does not have the sale, or has it only in the bin */
  retailDemand(id: DocumentId): Promise<SaleDocument | null>
  /** Sales that this employee made since the moment by MoySklad's clock, oldest first; `complete` when these are all. */
  retailDemandsSince(
    employeeId: EmployeeId,
    sinceMs: number,
  ): Promise<{ sales: SaleDocument[]; complete: boolean }>
  retailStores(): Promise<Store[]>
}

/** No answer in time, or one that says nothing about the question. Its text carries no address: that may hold a key. */
export class MoySkladUnreachable extends Error {
  override name = 'MoySkladUnreachable'
}
