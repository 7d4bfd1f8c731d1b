import type { Page } from 'playwright-core'

/** What a page's scripts hold after everything that can be freed was freed. */
export async function usedHeapBytes(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page)
  try {
    // What is only weakly held goes at the second time.
    for (let n = 0; n < 2; n++) await devtools.send('HeapProfiler.collectGarbage')
    return (await devtools.send('Runtime.getHeapUsage')).usedSize
  } finally {
    await devtools.detach()
  }
}
