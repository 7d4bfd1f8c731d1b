import { kopecks } from '../../../src/core/money.ts'
import type { Notice } from '../model/notice.ts'
import type { Panel } from '../model/panel.ts'
import type { Language } from '../words/language.ts'
import { NoticeLine } from './NoticeLine.tsx'

interface ActionProps {
  panel: Panel
  notice: Notice | null
  busy: boolean
  /** For so long that it is worth a sign. */
  slow: boolean
  /** «Проведено» stands on the page. */
  posted: boolean
  /** The shop's accountant has chosen the pair in which no QR may stand beside a card. */
  advance: boolean
  language: Language
  onPress: (shownKopecks: ReturnType<typeof kopecks>) => void
  onTakeOff: () => void
  /** Null while that screen is not loaded. */
  onOperations: (() => void) | null
}

/**
 * The one main action, or why there is none. What it says is what MoySklad is told at the same moment: it is green only
 * where the sale may be saved and the charge follows.
 */
export function Action({ panel, notice, busy, slow, posted, advance, language, ...on }: ActionProps) {
  const { words, sum } = language
  const { prepared, press, fault, toPayKopecks, another } = panel
  const mend =
    fault?.code === 'line_needed'
      ? ([words.sale.takeOff, on.onTakeOff] as const)
      : on.onOperations && (fault?.code === 'paid_above_sale' || fault?.code === 'sold_certificate_gone')
        ? ([words.status.operations, on.onOperations] as const)
        : null
  return (
    <div class="action">
      {fault && (
        <div class="fault" role="status">
          <p>
            <b aria-hidden="true">!</b> {language.fault(fault)}
          </p>
          {mend && (
            <button class="secondary" onClick={mend[1]}>
              {mend[0]}
            </button>
          )}
        </div>
      )}
      {prepared && (
        <p class="prepared" role="status">
          <b aria-hidden="true">✓</b> {words.sale.prepared(prepared, posted)}
        </p>
      )}
      {press && (
        <button
          class="primary"
          // A button that is disabled loses the cursor.
          aria-disabled={slow}
          onClick={() => busy || on.onPress(press.does === 'redeem' ? press.kopecks : kopecks(0))}
        >
          {words.sale[press.does](sum(press.kopecks), press.cards)}
        </button>
      )}
      {/* Beside a fault nobody knows yet what is paid. */}
      {!fault && toPayKopecks !== null && (
        <p class="to-pay">
          {toPayKopecks > 0 ? words.sale.toPay(sum(toPayKopecks), advance) : words.sale.nothingToPay}
        </p>
      )}
      {!fault && another && <p class="dim">{words.sale.another}</p>}
      <NoticeLine notice={notice} language={language} />
    </div>
  )
}
