import type { CDPSession, Frame, Page } from 'playwright-core'

/** Slows down the processor of a page and of all its frames: a frame of another site is a process of its own. */
export async function slowDown(page: Page, rate: number): Promise<void> {
  if (rate <= 1) return
  const throttle = (session: CDPSession) => session.send('Emulation.setCPUThrottlingRate', { rate })
  await throttle(await page.context().newCDPSession(page))
  const slowed = new Set<Frame>()
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame() || slowed.has(frame)) return
    slowed.add(frame)
    page
      .context()
      .newCDPSession(frame)
      .then(throttle)
      .catch((error: Error) => {
        slowed.delete(frame)
        // A frame of the page's own site is slowed down with its page; one that is gone needs nothing.
        if (!/separate CDP session|detached|closed/.test(error.message)) throw error
      })
  })
}
