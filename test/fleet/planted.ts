import type { Plugin } from 'vite'

interface Fault {
  file: string
  text: string
  instead: string
}

const match = 'src/core/draft/draft-match.ts'
const matching = 'src/client/till/matching.ts'

/** Rules of the matching (M3) that can be taken away, to see that the fleet sees it. */
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
