/** A frame that is not drawn, behind another tab, gets no animation frames; nobody waits longer than this. */
export const paintMaxMs = 2_000

/** Calls back when what the page shows now has been drawn: two animation frames later. */
export function afterPaint(work: () => void): void {
  let done = false
  const once = () => {
    if (done) return
    done = true
    clearTimeout(timer)
    work()
  }
  const timer = setTimeout(once, paintMaxMs)
  requestAnimationFrame(() => requestAnimationFrame(once))
}
