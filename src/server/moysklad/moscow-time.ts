/** MoySklad speaks Moscow time, which has had no summer time since 2014. */
const offsetMs = 3 * 3_600_000

/**
 * @param text `YYYY-MM-DD HH:mm:ss[.SSS]` in Moscow time
 * @returns milliseconds since 1970 UTC
 * @throws on anything else
 */
export function fromMoscow(text: string): number {
  const moment = read(text)
  if (Number.isNaN(moment)) throw new Error('not a moment of MoySklad')
  return moment
}

export const isMoscow = (text: string): boolean => !Number.isNaN(read(text))

function read(text: string): number {
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,3})?$/.exec(text)
  return parts ? Date.parse(`${parts[1]}T${parts[2]}${parts[3] ?? ''}+03:00`) : NaN
}

/** @returns `YYYY-MM-DD HH:mm:ss` in Moscow time */
export function toMoscow(momentMs: number): string {
  return new Date(momentMs + offsetMs).toISOString().slice(0, 19).replace('T', ' ')
}
