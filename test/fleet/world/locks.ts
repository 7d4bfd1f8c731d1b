import type { Page } from './page.ts'
import { pageNow, within } from './realm.ts'

interface Wish {
  name: string
  mode: 'exclusive' | 'shared'
  page: Page
  grant: (lock: { name: string } | null) => void
}

type Work<T> = (lock: { name: string; mode: string } | null) => T | Promise<T>

/** Web Locks of one browser profile. A page that dies lets go of what it held. */
export class Locks {
  #held: Wish[] = []
  #waiting: Wish[] = []

  request<T>(name: string, ...rest: [Work<T>] | [LockOptions, Work<T>]): Promise<T> {
    const [options, work] = rest.length === 1 ? [{}, rest[0]] : rest
    const page = pageNow()
    if (!page || page.dead) return new Promise(() => undefined)
    return new Promise<T>((resolve, reject) => {
      const wish: Wish = {
        name,
        mode: options.mode ?? 'exclusive',
        page,
        grant: (lock) => {
          page.soon(() => {
            void (async () => {
              try {
                resolve(await work(lock && { ...lock, mode: wish.mode }))
              } catch (error) {
                reject(error instanceof Error ? error : new Error(String(error)))
              } finally {
                this.#free(wish)
              }
            })()
          })
        },
      }
      options.signal?.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((one) => one !== wish)
        reject(options.signal?.reason as Error)
      })
      const isWanted = this.#waiting.some((one) => one.name === name)
      if (options.ifAvailable && (isWanted || !this.#isFree(wish))) return wish.grant(null)
      this.#waiting.push(wish)
      this.#serve()
    })
  }

  drop(page: Page): void {
    this.#waiting = this.#waiting.filter((one) => one.page !== page)
    this.#held = this.#held.filter((one) => one.page !== page)
    this.#serve()
  }

  #free(wish: Wish): void {
    this.#held = this.#held.filter((one) => one !== wish)
    this.#serve()
  }

  #isFree({ name, mode }: Wish): boolean {
    return !this.#held.some((one) => one.name === name && (one.mode === 'exclusive' || mode === 'exclusive'))
  }

  #serve(): void {
    for (const wish of [...this.#waiting]) {
      if (!this.#isFree(wish)) continue
      this.#waiting = this.#waiting.filter((one) => one !== wish)
      this.#held.push(wish)
      within(wish.page, () => wish.grant({ name: wish.name }))
    }
  }
}
