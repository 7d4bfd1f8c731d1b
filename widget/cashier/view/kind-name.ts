import type { OperationsWords } from '../words/operations-words.ts'
import type { Words } from '../words/words.ts'

/** What an operation is called; a server that is newer may know kinds that have no word here. */
export function kindName(kind: string, common: Words, words: OperationsWords): string {
  const known: Partial<Record<string, string>> = { ...common.operation, ...words.kinds }
  return known[kind] ?? kind
}
