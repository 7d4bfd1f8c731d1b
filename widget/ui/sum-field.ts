/**
 * Reads a sum as people write it: `1500`, `1 500,5`, `1500.50`.
 *
 * @returns minor units, or null when it is no sum with at most two decimals
 */
export function parseSum(text: string): number | null {
  const parts = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(text.replace(/[\s\u00a0\u202f₽]/g, ''))
  if (!parts) return null
  return Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'))
}

/** A sum as it stands in a field: in groups of three, without a currency sign. */
export function fieldSum(kopecks: number, separator: ',' | '.'): string {
  const whole = String(Math.floor(kopecks / 100)).replace(/\B(?=(\d{3})+$)/g, '\u00a0')
  return `${whole}${separator}${String(kopecks % 100).padStart(2, '0')}`
}
