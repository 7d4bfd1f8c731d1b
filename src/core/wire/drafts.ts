import * as z from 'zod/mini'
import { Draft, SaleDocument } from '../draft/draft.ts'
import { DocumentId } from '../ids.ts'

/** Receipts that are being prepared, and the sales that they are for (M2, M3). */

export const DraftAnswer = z.strictObject({ stored: z.boolean() })

export const MatchRequest = z.strictObject({
  /** The document that was opened, or null: look for the drafts' documents yourself. */
  documentId: z.nullable(DocumentId),
  drafts: /* @__PURE__ */ z.array(Draft).check(z.maxLength(20)),
})

export const MatchAnswer = z.strictObject({
  /** The document asked for; null when none was asked for or MoySklad does not have it. */
  document: z.nullable(SaleDocument),
  matches: z.array(
    z.strictObject({
      /** The draft as the server knows it: it may have outlived the till's storage. */
      draft: Draft,
      verdict: z.enum(['same', 'doubtful', 'other']),
      documentId: z.nullable(DocumentId),
    }),
  ),
})
export type MatchAnswer = z.infer<typeof MatchAnswer>
