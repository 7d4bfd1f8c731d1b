import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto'

/** The server's own sign on a text: nobody else can make it, and no memory is needed to know it again. */
export interface Marks {
  /** @returns HMAC-SHA-256, base64url */
  of(text: string): string
  isOurs(mark: string, text: string): boolean
}

/**
 * @param secret the server's own key; it must outlive the database
 * @param purpose what the marks say: a key for them alone is derived by it
 */
export function createMarks(secret: Buffer, purpose: string): Marks {
  // Bytes would be made a key anew for every mark, which costs four times the mark.
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)))
  const mark = (text: string) => createHmac('sha256', key).update(text).digest()
  return {
    of: (text) => mark(text).toString('base64url'),
    isOurs(said, text) {
      const given = Buffer.from(said, 'base64url')
      const right = mark(text)
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}
