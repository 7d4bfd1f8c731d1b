/** More frames than any session of the sandbox opens; older ones are forgotten. */
const REMEMBERED = 1000

export type FrameLoads = ReturnType<typeof createFrameLoads>

/**
 * Which status the line gave to the page of a widget. The host page has to know whether a frame has loaded, and for a
 * cross-site frame the browser does not tell: `load` fires for an error page as well. Every frame's address bears its
 * own context key, so the line can say it without a request that would disturb what is being tested.
 */
export function createFrameLoads() {
  const statuses = new Map<string, number>()
  return {
    note(path: string, status: number): void {
      const key = new URL(path, 'http://line.invalid').searchParams.get('contextKey')
      if (key === null) return
      statuses.set(key, status)
      const oldest = statuses.keys().next()
      if (statuses.size > REMEMBERED && oldest.done === false) statuses.delete(oldest.value)
    },
    /** Null when no answer reached the browser. */
    statusOf: (contextKey: string): number | null => statuses.get(contextKey) ?? null,
  }
}
