import { cardsOf, type Draft, loadTotal, redeemTotal } from '../../../src/core/draft/draft.ts'
import type { ToldReceipt } from '../../../src/core/wire/receipts.ts'
import { wishOf } from '../model/panel.ts'
import type { Language } from '../words/language.ts'
import { Box } from './Box.tsx'

interface OfDraft {
  draft: Draft
  language: Language
}

/** A saved sale was opened, and the card that was prepared for it is about to be charged. */
export function Searching(props: OfDraft) {
  return (
    <Box tone="plain" icon="…" heads={[props.language.words.sale.searching]}>
      <Prepared {...props} />
    </Box>
  )
}

/** The sale is saved without «Проведено»: nothing is charged for a sale that does not count (M5). */
export function Unposted({ onLetGo, ...props }: OfDraft & { onLetGo: () => void }) {
  const { words } = props.language
  return (
    <Box tone="warn" icon="!" heads={[words.sale.unposted(wishOf(props.draft))]}>
      <Prepared {...props} />
      <button class="link" onClick={onLetGo}>
        {words.question.letGo}
      </button>
    </Box>
  )
}

function Prepared({ draft, language: { words, sum, faces } }: OfDraft) {
  const [redeemed, loaded] = [redeemTotal(draft), loadTotal(draft)]
  return (
    <p class="balance">
      {redeemed > 0 && `${words.operation.redeem} ${sum(redeemed)} · `}
      {loaded > 0 && `${words.operation.load} ${sum(loaded)} · `}
      {faces(cardsOf(draft))}
    </p>
  )
}

/** What another till did for the open sale, or this one before it lost what it knew (M12): nobody charges it a second time. */
export function PaidElsewhere({ receipt, language }: { receipt: ToldReceipt; language: Language }) {
  const { words, sum, time } = language
  const by = words.sale.by(time(receipt.happenedAtMs), receipt.own ? null : receipt.till)
  const lines = receipt.operations.flatMap(({ kind, last4, amountKopecks, returnedKopecks }) => {
    const face = last4 === null ? '' : language.face(last4)
    if (kind === 'load') return [words.sale.sold(face, sum(amountKopecks ?? 0))]
    const paid = (amountKopecks ?? 0) - (returnedKopecks ?? 0)
    return kind === 'redeem' && paid > 0 ? [words.sale.paid(face, sum(paid))] : []
  })
  if (lines.length === 0) return null
  return (
    <Box tone="good" icon="✓" heads={lines}>
      <p class="dim">{by}</p>
    </Box>
  )
}
