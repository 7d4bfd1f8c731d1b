import { certificateOf } from '../../../src/core/card/programme.ts'
import type { ScreenProps } from './screen-props.ts'
import { type Result, summaryOf } from '../model/result.ts'

/** What to ring up on the fiscal register (M10), by the pair of entries that the shop's accountant chose (M6). */
export function RingUp({ result, checkout, language: { words, sum } }: ScreenProps & { result: Result }) {
  const programme = checkout.ready.value?.session.programme
  if (!programme) return null
  const { loads, redeemedKopecks } = summaryOf(result)
  const advance = programme.accounting === 'advance'
  // A second receipt of the open sale leaves less to collect; what cards paid for another sale does not.
  const ofOpen = result.documentId !== null && result.documentId === checkout.opened.value?.documentId
  const paidByCards = Math.max(redeemedKopecks, ofOpen ? checkout.done.value.redeemedKopecks : 0)
  const rest = Math.max(0, (result.receipt.sale?.sumKopecks ?? 0) - paidByCards)
  return (
    <div class="ring">
      <p>{words.ring.title}</p>
      <ul>
        {loads.map(({ cardId, productId, paidKopecks }) => (
          <li key={cardId}>
            {advance
              ? words.ring.advance(sum(paidKopecks))
              : words.ring.sold(certificateOf(programme, productId)?.name ?? '', sum(paidKopecks))}
          </li>
        ))}
        {redeemedKopecks > 0 && (
          <>
            <li>{(advance ? words.ring.offset : words.ring.discount)(sum(redeemedKopecks))}</li>
            {rest > 0 && <li>{words.ring.rest(sum(rest))}</li>}
          </>
        )}
      </ul>
    </div>
  )
}
