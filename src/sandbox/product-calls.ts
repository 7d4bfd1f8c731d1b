import * as z from 'zod/mini'

/** The product's server answered, and not with what was asked for. */
export class ProductRefused extends Error {
  override readonly name = 'ProductRefused'
  readonly status: number

  constructor(call: string, status: number, text: string) {
    super(`${call} answered ${status}: ${text}`)
    this.status = status
  }
}

export type ProductCall<S extends z.ZodMiniType> = {
  readonly method: 'POST' | 'PUT'
  readonly path: string
  readonly body: unknown
  readonly answer: S
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * One call of the product's API, past the line that can be cut.
 *
 * @throws ProductRefused, or the error of `fetch` when nobody answers
 */
export async function callProduct<S extends z.ZodMiniType>(
  productUrl: string,
  { method, path, body, answer, token = '', headers = {} }: ProductCall<S>,
): Promise<z.output<S>> {
  const response = await fetch(productUrl + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new ProductRefused(`${method} ${path}`, response.status, text)
  return z.parse(answer, JSON.parse(text))
}
