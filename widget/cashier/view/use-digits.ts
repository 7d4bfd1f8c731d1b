import { useEffect } from 'preact/hooks'

/** As the scanner's own: imported, it would cost both scripts a file in common. A test holds the two together. */
export const burstGapMs = 50
/** Digits that were typed wait so long for the next one. */
const quietMs = 300

/**
 * Digits that are no scan and fall into no field: typed by hand, sent by a scanner that is slower than one, or pasted. Without
 * this nothing at all would happen.
 */
export function useDigits(onDigits: (digits: string) => void, onNumber: (digits: string) => void): void {
  useEffect(() => {
    let digits = ''
    let lastMs = -Infinity
    let timer: ReturnType<typeof setTimeout> | undefined

    function give(to = onDigits): void {
      clearTimeout(timer)
      if (digits !== '') to(digits)
      digits = ''
    }

    function onKey(event: KeyboardEvent): void {
      clearTimeout(timer)
      const isBurst = event.timeStamp - lastMs <= burstGapMs
      lastMs = event.timeStamp
      if (event.key === 'Enter' && digits !== '' && !isBurst) {
        // It ends a number, and presses nothing: a slow scanner's number is looked up at once.
        event.preventDefault()
        return give(onNumber)
      }
      const isTyped = /^\d$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey
      digits = isTyped && !isBurst && !isField(event.target) ? digits + event.key : ''
      if (digits !== '') timer = setTimeout(() => give(), quietMs)
    }

    function onPaste(event: ClipboardEvent): void {
      if (isField(event.target)) return
      const text = event.clipboardData?.getData('text').trim() ?? ''
      if (/^[\d\s]{4,40}$/.test(text)) onDigits(text.replace(/\s/g, ''))
    }

    // Before the scanner's own listener, which keeps the rest of a burst from everybody else.
    window.addEventListener('keydown', onKey, { capture: true })
    window.addEventListener('paste', onPaste)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('keydown', onKey, { capture: true })
      window.removeEventListener('paste', onPaste)
    }
  }, [])
}

const isField = (target: EventTarget | null) => target instanceof HTMLInputElement
