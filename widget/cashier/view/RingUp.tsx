import { certificateOf, type Programme } from '../../../src/core/card/programme.ts'
import type { Kopecks } from '../../../src/core/money.ts'
import { type Result, summaryOf } from '../model/result.ts'
import type { Language } from '../words/language.ts'

/** The sale that is open, as cards have left it. */
export interface OpenSale {
  /** What it is worth now; null where it could not be read. */
  sumKopecks: Kopecks | null
  /** What cards have paid for it. */
  paidKopecks: Kopecks
}

interface RingProps {
  result: Result
  programme: Programme | null
  sale: OpenSale
  language: Language
}

/** What to ring up on the fiscal register (M10), by the pair of entries that the shop's accountant chose (M6). */
export function RingUp({ result, programme, sale, language: { words, sum } }: RingProps) {
  if (!programme) return null
  const { loads, redeemedKopecks } = summaryOf(result)
  const advance = programme.accounting === 'advance'
  // A sale may grow after cards have paid for it.
  const rest =
    (sale.sumKopecks ?? result.receipt.sale?.sumKopecks ?? 0) - Math.max(redeemedKopecks, sale.paidKopecks)
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
