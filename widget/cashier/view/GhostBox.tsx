import { receiptOf, type RecordState } from '../../../src/client/journal/records.ts'
import { sumKopecks } from '../../../src/core/money.ts'
import type { Ghosts } from '../model/ghosts.ts'
import { summaryOf } from '../model/result.ts'
import type { Language } from '../words/language.ts'
import { AskBox } from './AskBox.tsx'

interface GhostProps {
  ghost: RecordState
  ghosts: Pick<Ghosts, 'keep' | 'cancel'>
  language: Language
}

/**
 * The page died between writing a record and showing it (J4): nobody knows whether the cashier acted on it. Nothing is
 * sent before somebody has said so.
 */
export function GhostBox({ ghost, ghosts, language }: GhostProps) {
  const { words, sum, time, faces } = language
  const { record } = ghost
  const { loads, redeemedKopecks } = summaryOf({ record, receipt: receiptOf(record) })
  const at = time(record.recordedAtMs)
  // Voids and links never become ghosts: this is a redeem or a load.
  const text =
    redeemedKopecks > 0
      ? words.question.ghostRedeem(sum(redeemedKopecks), at)
      : words.question.ghostLoad(sum(sumKopecks(loads.map(({ faceKopecks }) => faceKopecks))), at)
  return (
    <AskBox
      text={text}
      note={<p class="dim">{faces(record.faces)}</p>}
      yes={[words.question[redeemedKopecks > 0 ? 'ghostRedeemed' : 'ghostLoaded'], () => ghosts.keep(ghost)]}
      no={[words.question.ghostCancel, () => ghosts.cancel(ghost)]}
    />
  )
}
