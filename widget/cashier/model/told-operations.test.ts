import { signal } from '@preact/signals-core'
import { describe, expect, it } from 'vitest'
import { Denied, Unreachable } from '../../../src/client/api/api.ts'
import type { ToldReceipt } from '../../../src/core/wire/receipts.ts'
import type { Result } from './result.ts'
import { ToldOperations } from './told-operations.ts'

const told = (id: string, rest: object = {}, kind = 'redeem') =>
  ({
    saleName: `№ ${id}`,
    operations: [{ kind }],
    own: { id, outcome: { status: 'applied', by: null } },
    ...rest,
  }) as unknown as ToldReceipt
const result = (id: string, promise: string | null = null) =>
  ({ record: { id }, promise: promise && { record: { id: promise } } }) as unknown as Result

function asked(results: Result[], answer: () => Promise<{ receipts: ToldReceipt[] }>) {
  const logged: unknown[] = []
  const operations = new ToldOperations({
    api: answer,
    results: signal(results),
    log: (_, error) => logged.push(error),
  })
  return { operations, logged }
}

describe('what the server tells of this till’s operations', () => {
  it('is found by the receipt, or by the promise that took its place', async () => {
    const { operations } = asked([result('ask', 'promise')], () =>
      Promise.resolve({ receipts: [told('promise')] }),
    )
    expect(operations.of(result('ask', 'promise'))).toBeNull()
    await operations.look()
    expect(operations.of(result('ask', 'promise'))?.saleName).toBe('№ promise')
    expect(operations.of(result('other'))).toBeNull()
    expect(operations.others.value).toEqual([])
  })

  it('[J13] shows what this browser has not: no undoings, links or doubles, and nobody else’s', async () => {
    const double = { own: { id: 'double', outcome: { status: 'applied', by: 'lost' } } }
    const receipts = [
      told('lost'),
      told('here'),
      told('v', {}, 'void'),
      told('l', {}, 'link'),
      told('d', double),
      told('other', { own: null }),
    ]
    const { operations } = asked([result('here')], () => Promise.resolve({ receipts }))
    await operations.look()
    expect(operations.others.value.map(({ own }) => own?.id)).toEqual(['lost'])
  })

  it('keeps what was told last while nobody answers, and logs a refusal', async () => {
    const answers = [
      () => Promise.resolve({ receipts: [told('a')] }),
      () => Promise.reject(new Unreachable('cut', null)),
      () => Promise.reject(new Denied('session_expired', 'over')),
    ]
    const { operations, logged } = asked([], () => answers.shift()!())
    for (let n = 0; n < 3; n++) await operations.look()
    expect(operations.others.value).toHaveLength(1)
    expect(logged).toHaveLength(1)
  })
})
