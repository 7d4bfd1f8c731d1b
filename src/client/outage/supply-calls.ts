import type { Calls } from '../api/calls.ts'
import { BookAnswer, GrantAnswer } from '../../core/wire/offline.ts'

/** What fills a till's provisions calls, in the manner of api/calls.ts. */
export const supplyCalls: Calls<'grant' | 'book'> = {
  grant: { method: 'POST', path: '/api/grant', signed: true, answer: GrantAnswer },
  book: { method: 'POST', path: '/api/book', signed: false, answer: BookAnswer },
}
