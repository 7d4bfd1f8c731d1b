import type { Api } from '../api/api.ts'
import type { DraftsPort } from '../journal/drafts.ts'

/**
 * What was given up, also while the line was down, still holds money on the server.
 *
 * @param inSession whether an employee is logged in: letting holds go takes one, the journal does not (A2)
 * @throws Unreachable, Denied; the rows wait for a better time
 */
export async function letHoldsGo(api: Api, drafts: DraftsPort, inSession: () => boolean): Promise<void> {
  for (const holdId of await drafts.releases()) {
    if (!inSession()) return
    await api('release', null, { id: holdId })
    await drafts.forgetRelease(holdId)
  }
  for (const draft of await drafts.dropped()) {
    if (!inSession()) return
    await api('dropDraft', null, { id: draft.id })
    await drafts.forgetDropped(draft.id)
  }
}
