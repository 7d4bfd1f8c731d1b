/** One event: a name and plain facts. Never a card number, a token, a context key or a request's text (L9). */
interface LogEvent {
  event: string
  [fact: string]: string | number | boolean | null
}

export interface Log {
  info(event: LogEvent): void
  warn(event: LogEvent): void
  /** Somebody must look. */
  error(event: LogEvent): void
}

/** JSON lines, one per event. */
export function createLog(write: (line: string) => void, clock: () => number): Log {
  const at = (level: string) => (event: LogEvent) =>
    write(`${JSON.stringify({ at: new Date(clock()).toISOString(), level, ...event })}\n`)
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

/** An error as facts for the log, with the causes it names. */
export function errorFacts(error: unknown): { error: string; stack: string } {
  if (!(error instanceof Error)) return { error: typeof error, stack: '' }
  const cause = error.cause instanceof Error ? ` ← ${error.cause.name}: ${error.cause.message}` : ''
  return { error: `${error.name}: ${error.message}${cause}`, stack: error.stack ?? '' }
}
