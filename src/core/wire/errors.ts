import * as v from 'valibot'
import { Nonce } from './tills.ts'

/** Codes of answers that are no answer to the question asked: with a 4xx or 5xx status. */
export const ErrorCode = v.picklist([
  'body_invalid',
  'body_too_large',
  'not_found',
  'session_missing',
  'session_expired',
  'context_invalid',
  'not_allowed',
  'wire_version_unknown',
  'till_unknown',
  'id_taken',
  'programme_missing',
  'too_many_attempts',
  'moysklad_unreachable',
  'internal',
  'nonce_stale',
  'signature_invalid',
  'till_not_active',
  'journal_over',
  'case_unknown',
  'choice_unknown',
])
export type ErrorCode = v.InferOutput<typeof ErrorCode>

export const ErrorAnswer = v.object({
  error: v.object({
    code: ErrorCode,
    message: v.string(),
    /** With `nonce_stale`: a fresh one. */
    nonce: v.nullish(Nonce),
  }),
})
