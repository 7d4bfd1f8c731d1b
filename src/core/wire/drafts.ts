import * as z from 'zod/mini'
import { Draft, SaleDocument } from '../draft/draft.ts'
import { SaleBrief } from '../draft/draft-match.ts'
import { DocumentId, DraftId } from '../ids.ts'

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
      draftId: DraftId,
      /** Sales that may be the draft's, by what the server knows; the till takes away what it had before (M3). */
      candidates: z.array(z.strictObject({ sale: SaleBrief, verdict: z.enum(['same', 'doubtful']) })),
      /** False where MoySklad has more sales since than were looked at: that none fits says nothing then. */
      complete: z.boolean(),
    }),
  ),
})
export type MatchAnswer = z.infer<typeof MatchAnswer>
