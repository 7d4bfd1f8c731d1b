export type OnCut = (error: unknown) => void

const pauseMinMs = 1_000
const pauseMaxMs = 15_000

/**
 * Loads a part, again and again until it is there: a line that is cut in this moment must not leave the till half made.
 * A browser may remember for the life of a page that an address failed, so each new try has one of its own: the engine in
 * another folder, where what uses it will look for it; what uses it with another query, beside it.
 *
 * @param onCut called after every try that failed
 * @param known the engine's own `import()` of what follows it
 * @param engine where the engine came from, for what follows it
 */
export async function loadPart(
  name: string,
  onCut: OnCut,
  known?: () => Promise<unknown>,
  engine?: string,
): Promise<unknown> {
  // The page says where each part is.
  const { href } = document.querySelector<HTMLLinkElement>(`link[data-part=${name}]`)!
  const file = href.split('/').pop()!
  for (let attempt = 0; ; attempt++) {
    const place = engine ? `${file}?again=${attempt}` : attempt ? `${attempt}/${file}` : file
    try {
      if (known && !attempt) return await known()
      return (await import(/* @vite-ignore */ (engine ?? href).replace(/[^/]*$/, place))) as unknown
    } catch (error) {
      onCut(error)
      const ms = Math.min(pauseMaxMs, pauseMinMs * 2 ** attempt)
      await new Promise((done) => setTimeout(done, ms))
    }
  }
}
