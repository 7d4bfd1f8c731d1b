/** How long pressing «Сохранить» waits for a word on the latest change, by MoySklad's vendor documentation. */
const WAIT_MS = 3000

export type Verdict = ReturnType<typeof createVerdict>

/**
 * A widget's verdict on the latest `Change` of one opening. States: nothing was asked (saving asks nobody), asked
 * without an answer, answered. Only the latest change counts; a later answer to it replaces the earlier one.
 */
export function createVerdict(appName: string) {
  let latestChangeId: number | null = null
  let answer: { readonly refusal: string | null } | null = null
  let wake: () => void = () => undefined

  function text(): string | null {
    const refusal = answer?.refusal ?? null
    return refusal === null ? null : `Ошибка ${appName}: ${refusal}`
  }

  return {
    changed(messageId: number): void {
      latestChangeId = messageId
      answer = null
    },

    /** @param refusal null for a good verdict */
    feedback(correlationId: number, refusal: string | null): void {
      if (correlationId !== latestChangeId) return
      answer = { refusal }
      wake()
    },

    /** The document has been stored: nothing is unsaved, nobody needs to be asked until the next change. */
    settled(): void {
      latestChangeId = null
      answer = null
    },

    /** The widget was closed; whoever still waits goes on. */
    drop(): void {
      latestChangeId = null
      answer = { refusal: null }
      wake()
    },

    /** Null lets the document be saved; a text is the reason why not. */
    async ask(): Promise<string | null> {
      if (latestChangeId === null || answer !== null) return text()
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, WAIT_MS)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      if (answer !== null) return text()
      return (
        `Ошибка ${appName}: Приложение не отвечает. Попробуйте сохранить документ позже ` +
        'или обратитесь за помощью к разработчику приложения'
      )
    },
  }
}
