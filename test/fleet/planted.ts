import type { Plugin } from 'vite'

interface Fault {
  file: string
  text: string
  instead: string
}

const match = 'src/core/draft/draft-match.ts'
const matching = 'src/client/till/matching.ts'
const desk = 'widget/cashier/model/card-desk.ts'

/** Rules that can be taken away, to see that the fleet sees it: with each goes what would hide that it is gone. */
const faults: Record<string, Fault[]> = {
  'by-clocks': [
    {
      file: match,
      text: "order.seenAtMs <= draft.heardMs) return 'other'",
      instead: "false) return 'other'",
    },
    {
      file: match,
      text: 'order.newestMadeMs !== null && document.createdAtMs < order.newestMadeMs',
      instead: 'document.createdAtMs < draft.createdAtMs - 500',
    },
    { file: match, text: 'if (draft.documentId !== null) return verdict', instead: 'return verdict' },
  ],
  'had-before': [{ file: matching, text: 'hadBefore: (place', instead: 'hadBefore: false && (place' }],
  anyone: [
    {
      file: match,
      text: 'document.employeeId === null || document.employeeId === draft.employeeId',
      instead: 'true',
    },
  ],
  'named-sale': [
    {
      file: match,
      text: "document.id !== draft.documentId) return 'other'",
      instead: "false) return 'other'",
    },
    { file: matching, text: 'draft.documentId !== opened.documentId) continue', instead: 'false) continue' },
  ],
  // The sums of a draft stay where the sale becomes smaller, and nobody keeps MoySklad from saving it (M2).
  'sum-stays': [
    { file: desk, text: 'const next = before && this.#fit(before)', instead: 'const next = before' },
    {
      file: 'src/core/draft/draft.ts',
      text: "if (amountKopecks > payableKopecks) return { code: 'above_payable'",
      instead: "if (amountKopecks < 0) return { code: 'above_payable'",
    },
  ],
  // A card that was looked at is not taken in when its goods come, and its face says that this is right (U3).
  'silent-card': [
    {
      file: desk,
      text: 'const more = this.seen.value.some((card) => this.isWanted(card)) ||',
      instead: 'const more =',
    },
    {
      file: desk,
      text: 'const scanned = this.#scanned.get(card.id)\n      if (scanned && ',
      instead: 'const scanned = this.#scanned.get(card.id)\n      if (!scanned && ',
    },
  ],
  // A card that nothing is done with is not shown (U3).
  'unseen-card': [
    { file: desk, text: 'if (card) this.#show(card)', instead: 'if (card && draft.value) this.#show(card)' },
  ],
  // A left draft is asked about at a sale of the same minute with another sum, and «Да» is offered for whatever sum (C5).
  'any-yes': [
    {
      file: match,
      text: 'sale.sumKopecks !== draft.sale.sumKopecks)',
      instead: 'false)',
    },
    {
      file: 'widget/cashier/model/charging.ts',
      text: 'mayBeRight({ draft, doubt, sale, documentId }: Question): boolean {',
      instead:
        'mayBeRight({ draft, doubt, sale, documentId }: Question): boolean {\n    if (draft) return true',
    },
  ],
}

/** Changes what the tests read of the product, and nothing that is built. */
export function planted(name: string): Plugin {
  const wanted = faults[name]
  if (!wanted) throw new Error(`PODAROK_FLEET_FAULT=${name}: ${Object.keys(faults).join(', ')}`)
  return {
    name: 'podarok-planted-fault',
    enforce: 'pre',
    transform(code, id) {
      let changed = code
      for (const { file, text, instead } of wanted.filter((one) => id.endsWith(one.file))) {
        if (changed.split(text).length !== 2) throw new Error(`${file} does not say once: ${text}`)
        changed = changed.replace(text, () => instead)
      }
      return changed
    },
  }
}
