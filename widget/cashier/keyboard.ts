import { burstSilenceMs, Scanner } from '../../src/client/scanner.ts'

/**
 * Listens to the scanner on the whole page, wherever the cursor stands in it (U2, U3).
 *
 * @returns the undo
 */
export function listenToKeys(page: Document, onScan: (text: string) => void): () => void {
  const scanner = new Scanner()
  /** The first keys of a burst look like typing; a field that they fell into gets its text back. */
  let before: { field: HTMLInputElement; value: string } | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  function scanned(text: string): void {
    if (before) {
      before.field.value = before.value
      before.field.dispatchEvent(new Event('input', { bubbles: true }))
      before = null
    }
    onScan(text)
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return
    const field = event.target instanceof HTMLInputElement ? event.target : null
    const reaction = scanner.key({ code: event.code, key: event.key, timeMs: event.timeStamp })
    if (reaction.kind !== 'ignored') {
      event.preventDefault()
      event.stopPropagation()
    }
    clearTimeout(timer)
    if (reaction.kind === 'scanned') scanned(reaction.text)
    if (scanner.length === 1) before = field && { field, value: field.value }
    if (scanner.inBurst) {
      // The next key of a busy computer may be as late as this one, and later.
      const lateMs = performance.now() - event.timeStamp
      timer = setTimeout(
        () => {
          const late = scanner.pause(performance.now())
          if (late.kind === 'scanned') scanned(late.text)
        },
        Math.max(burstSilenceMs, 10 * lateMs),
      )
    }
  }

  page.addEventListener('keydown', onKey, { capture: true })
  return () => {
    clearTimeout(timer)
    page.removeEventListener('keydown', onKey, { capture: true })
  }
}
