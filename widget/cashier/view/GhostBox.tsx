import { receiptOf, type RecordState } from '../../../src/client/journal/records.ts'
import { sumKopecks } from '../../../src/core/money.ts'
import type { Ghosts } from '../model/ghosts.ts'
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
  const { words, sum, time } = language
  const { record } = ghost
  const { operations } = receiptOf(record)
  const redeemed = operations.flatMap((one) => (one.kind === 'redeem' ? [one.amountKopecks] : []))
  const loaded = operations.flatMap((one) => (one.kind === 'load' ? [one.faceKopecks] : []))
  const at = time(record.recordedAtMs)
  // Voids and links never become ghosts: this is a redeem or a load.
  const text =
    redeemed.length > 0
      ? words.question.ghostRedeem(sum(sumKopecks(redeemed)), at)
      : words.question.ghostLoad(sum(sumKopecks(loaded)), at)
  const faces = record.faces.map((face) => words.card.face(face.last4)).join(', ')
  return (
    <AskBox
      text={text}
      note={<p class="dim">{faces}</p>}
      yes={[words.question.ghostKeep, () => ghosts.keep(ghost)]}
      no={[words.question.ghostCancel, () => ghosts.cancel(ghost)]}
    />
  )
}
