/**
 * How long the server may take for the document before the kept one is shown. A new connection takes three round trips,
 * which over a line of 250 ms fit in; a cut line fails at once, so that only a silent one makes a cashier wait so long.
 */
export const boundMs = 1_000

export interface KeeperDeps {
  caches: CacheStorage
  fetch: (path: string) => Promise<Response>
  pause: (ms: number) => Promise<void>
}

/** What a navigation gets, and when everything that follows from it is done; `kept` rejects where keeping failed. */
interface Opening {
  answer: Promise<Response>
  kept: Promise<void>
}

/**
 * Keeps, for each page, the last version that came whole: its document and every file that this names. A version is a
 * cache of its own, whose document is written last: a cache with a document is whole, and any other counts as nothing. The
 * version before is dropped only when the server has been seen to give the new one again, for a page that began with the
 * older one may still be reading it. Names of files hold a hash of their content, so no version can take another's.
 *
 * @see docs/decisions/0022-a-worker-opens-the-last-whole-version.md
 */
export class Keeper {
  readonly #deps: KeeperDeps
  /** One at a time: two frames open at once, and neither may drop what the other is writing. */
  #working: Promise<void> = Promise.resolve()

  constructor(deps: KeeperDeps) {
    this.#deps = deps
  }

  /**
   * Opens a page: as the server gives it, and where that is away or too slow as it was kept. What comes too late is kept all
   * the same, so that a slow line does not hold a browser at an old version.
   *
   * @param page its first address, without a query: the query of an address may be a secret (A1)
   */
  open(page: string, network: Promise<Response>): Opening {
    // Whoever is shown the answer reads it to its end.
    const both = network.then((response) => [response, response.clone()] as const)
    return {
      answer: this.#answer(
        page,
        both.then(([response]) => response),
      ),
      kept: both.then(
        ([, copy]) => this.keep(page, copy),
        // A server that is away is what this is for.
        () => undefined,
      ),
    }
  }

  /** A file of a page, as it was kept or from the server. */
  async file(request: Request): Promise<Response> {
    const kept = await this.#deps.caches.match(request, { ignoreVary: true })
    return kept ?? fetch(request)
  }

  /**
   * Keeps the version of a page whose document this is, once all its files are there; an answer that is no document of
   * ours changes nothing.
   *
   * @throws when a file could not be had or stored: then the version before stays
   */
  keep(page: string, document: Response): Promise<void> {
    const done = this.#working.then(() => this.#keep(page, document))
    this.#working = done.catch(() => undefined)
    return done
  }

  async #answer(page: string, network: Promise<Response>): Promise<Response> {
    const late = this.#deps.pause(boundMs).then(() => null)
    const first = await Promise.race([network.catch(() => null), late])
    // 4xx and redirects are the server's word. A proxy whose server is away says 5xx.
    if (first && first.status < 500) return first
    return (await this.#kept(page).catch(() => undefined)) ?? network
  }

  async #kept(page: string): Promise<Response | undefined> {
    for (const name of (await this.#versions(page)).toReversed()) {
      const document = await this.#documentIn(name, page)
      if (document) return document
    }
    return undefined
  }

  async #keep(page: string, answer: Response): Promise<void> {
    if (!answer.ok || answer.redirected) return
    const { headers } = answer
    const text = await answer.text()
    const files = new Set(text.match(/\/assets\/[\w.-]+/g))
    // A page that somebody on the way put in the place of ours.
    if (files.size === 0) return
    const { caches, fetch } = this.#deps
    const name = `${page} ${await digestOf(text + headers.get('content-security-policy'))}`
    if (await this.#documentIn(name, page)) {
      for (const other of await this.#versions(page)) if (other !== name) await caches.delete(other)
      return
    }
    // The order of the caches is that in which they were made; what is left of a try that failed has no place in it.
    await caches.delete(name)
    const version = await caches.open(name)
    try {
      await Promise.all(
        [...files].map(async (file) => {
          const response = await fetch(file)
          if (!isFile(response)) throw new Error(`${file}: ${response.status}`)
          await version.put(file, response)
        }),
      )
      // Made anew, for the answer remembers the address that it was asked for under, with the key in it.
      await version.put(page, new Response(text, { headers }))
    } catch (error) {
      await caches.delete(name)
      throw error
    }
  }

  /** Names of a page's versions, oldest first. */
  async #versions(page: string): Promise<string[]> {
    return (await this.#deps.caches.keys()).filter((name) => name.startsWith(`${page} `))
  }

  /** @returns undefined where there is none, so that the version is not whole */
  async #documentIn(name: string, page: string): Promise<Response | undefined> {
    return this.#deps.caches.match(page, { cacheName: name, ignoreVary: true })
  }
}

function isFile({ ok, redirected, headers }: Response): boolean {
  return ok && !redirected && /^text\/(javascript|css)\b/.test(headers.get('content-type') ?? '')
}

async function digestOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
