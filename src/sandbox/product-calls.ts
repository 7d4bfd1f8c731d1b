import type * as v from 'valibot'
import { parseShape } from '../core/shape.ts'

/** The product's server answered, and not with what was asked for. */
export class ProductRefused extends Error {
  override readonly name = 'ProductRefused'
  readonly status: number

  constructor(call: string, status: number, text: string) {
    super(`${call} answered ${status}: ${text}`)
    this.status = status
  }
}

export type ProductCall<S extends v.GenericSchema> = {
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
export async function callProduct<S extends v.GenericSchema>(
  productUrl: string,
  { method, path, body, answer, token = '', headers = {} }: ProductCall<S>,
): Promise<v.InferOutput<S>> {
  const response = await fetch(productUrl + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new ProductRefused(`${method} ${path}`, response.status, text)
  return parseShape(answer, JSON.parse(text))
}
