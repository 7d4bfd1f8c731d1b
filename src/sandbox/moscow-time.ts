const MOSCOW_OFFSET_MS = 3 * 60 * 60 * 1000

/** `YYYY-MM-DD HH:mm:ss.SSS` in Moscow time, the one clock of MoySklad's JSON API. Moscow knows no summer time. */
export function moscowTime(ms: number): string {
  return new Date(ms + MOSCOW_OFFSET_MS).toISOString().replace('T', ' ').replace('Z', '')
}

/** A document's `moment` keeps minutes only. */
export function moscowMinute(ms: number): string {
  return moscowTime(ms - (ms % 60_000))
}

/** Of `YYYY-MM-DD HH:mm:ss[.SSS]`; NaN for anything else. */
export function parseMoscow(text: string): number {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?$/.test(text)
    ? Date.parse(`${text.replace(' ', 'T')}Z`) - MOSCOW_OFFSET_MS
    : Number.NaN
}
