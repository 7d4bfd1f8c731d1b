import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { Receipt } from '../receipt/receipt.ts'
import { type Endpoint, endpoints } from './endpoints.ts'
import { ErrorAnswer } from './errors.ts'

/** Every shape that till and server exchange, as JSON schemas. */
function wireShapes(): string {
  const schema = (one: v.GenericSchema, io: 'input' | 'output') =>
    toJsonSchema(one, { typeMode: io, ignoreActions: ['check', 'finite', 'brand'] })
  return JSON.stringify({
    receipt: schema(Receipt, 'input'),
    error: schema(ErrorAnswer, 'output'),
    endpoints: Object.entries<Endpoint>(endpoints).map(
      ([name, { method, path, access, request, answer }]) => ({
        name,
        method,
        path,
        access,
        request: request && schema(request, 'input'),
        answer: schema(answer, 'output'),
      }),
    ),
  })
}

test('[J9] the wire is the one that released tills speak', () => {
  const fingerprint = createHash('sha256').update(wireShapes()).digest('hex').slice(0, 16)
  expect(
    fingerprint,
    `The wire changed. A till that is out there may still send records of the old shape.
- Before the first release of this version: put the new fingerprint here.
- After a release: add a new version beside the old one, keep the old schemas and a fixture of an old record in the
  tests, and put the new fingerprint here.`,
  ).toBe('f52b9f983edd14ee')
})

test('every path is unique to its method, and a path has at most one parameter', () => {
  const all = Object.values<Endpoint>(endpoints).map(({ method, path }) => `${method} ${path}`)
  expect(new Set(all).size).toBe(all.length)
  for (const path of all) expect(path.match(/\{/g)?.length ?? 0).toBeLessThanOrEqual(1)
})
