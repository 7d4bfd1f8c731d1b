import type { Code } from './formats.ts'

/**
 * Reads a sum as people write it: `1500`, `1 500,5`, `1500.50`, `1,500.50`. `1,500` is one and a half thousand in English
 * alone: elsewhere a comma begins the decimals.
 *
 * @returns minor units, or null when it is no sum with at most two decimals
 */
export function parseSum(text: string, code: Code): number | null {
  const betweenGroups = code === 'en' ? /,(?=\d{3}(\D|$))/g : /,(?=\d{3}[,.])/g
  const plain = text.replace(/[\s₽]/g, '').replace(betweenGroups, '')
  const parts = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(plain)
  if (!parts) return null
  return Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'))
}

/** A sum as it stands in a field: as people of its language write it, without the sign of the currency. */
export const fieldSum = (written: string): string => written.replace(/[^\d.,\s]+\.?/g, '').trim()
