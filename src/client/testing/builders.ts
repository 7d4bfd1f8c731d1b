import type { Draft } from '../../core/draft/draft.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { ReceiptParts } from '../journal/records.ts'
import { openTab, type Tab } from '../tab.ts'

/** Plain things for tests; every one may be overridden. */

export const uuid = () => crypto.randomUUID()
export const employeeId = '8a000000-0000-11f0-0a80-000000000001' as Draft['employeeId']

/** A browser tab of its own. */
export function tab(): Tab {
  const rows = new Map<string, string>()
  const storage = {
    getItem: (key: string) => rows.get(key) ?? null,
    setItem: (key: string, value: string) => void rows.set(key, value),
  }
  return openTab(() => storage, uuid, console.error)
}

export function redeemReceipt(overrides: Partial<ReceiptParts> = {}): ReceiptParts {
  const redeem = {
    kind: 'redeem',
    cardId: uuid(),
    amountKopecks: 150_000,
    entered: 'scanned',
    proof: { sealed: null, holdId: uuid(), secondCode: null },
    lastFourSeen: null,
    document: null,
  }
  return {
    id: uuid() as Receipt['id'],
    mode: 'ask',
    grantId: null,
    standsFor: null,
    author: { kind: 'employee', employeeId, session: null, stamp: null },
    door: 'checkout',
    approvals: [],
    reason: null,
    storeId: null,
    happenedAtMs: 1_700_000_000_000,
    sale: null,
    operations: [redeem as Receipt['operations'][number]],
    ...overrides,
  }
}

export function draft(overrides: Partial<Draft> = {}): Draft {
  return {
    id: uuid() as Draft['id'],
    receiptId: uuid() as Draft['receiptId'],
    employeeId,
    documentId: null,
    createdAtMs: 1_700_000_000_000,
    updatedAtMs: 1_700_000_000_000,
    heardMs: 0,
    documentMoment: '2026-11-23 12:41',
    sale: { rows: [], sumKopecks: 0 as Draft['sale']['sumKopecks'] },
    loads: [],
    redeems: [],
    links: [],
    ...overrides,
  }
}
