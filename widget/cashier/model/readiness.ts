import type { NotReady } from '../../../src/client/outage/readiness.ts'

/** What goes on by itself: promises are made meanwhile, and nothing is asked of a cashier (O8). */
export const underWay: ReadonlySet<NotReady> = new Set(['storage_unproven', 'grant_waits', 'book_loading'])
