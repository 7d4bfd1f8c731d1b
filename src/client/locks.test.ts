import { describe, expect, it } from 'vitest'
import { locksOf } from './locks.ts'

const denied = () => Promise.reject(new DOMException('The request was denied.', 'SecurityError'))
const denying = { query: denied, request: denied } as unknown as LockManager

describe('[J13] locks where the browser denies them together with its storage', () => {
  it('work of one name goes one after another, also after work that failed', async () => {
    const locks = locksOf(denying)
    const said: string[] = []
    const slow = locks.request('a', async () => {
      await new Promise((done) => setTimeout(done, 20))
      said.push('slow')
      throw new Error('no')
    })
    const quick = locks.request('a', () => said.push('quick'))
    const other = locks.request('b', () => said.push('other'))
    await expect(slow).rejects.toThrow('no')
    await Promise.all([quick, other])
    expect(said).toEqual(['other', 'slow', 'quick'])
  })

  it('nobody else is there', async () => {
    expect((await locksOf(denying).query()).held ?? []).toEqual([])
  })
})

it('where the browser gives locks, they are the browser’s', async () => {
  const held = { held: [{ name: 'x' }], pending: [] }
  const request = (_name: string, work: () => unknown) => Promise.resolve(work())
  const real = { query: () => Promise.resolve(held), request } as unknown as LockManager
  expect(await locksOf(real).query()).toEqual(held)
  expect(await locksOf(real).request('x', () => 7)).toBe(7)
})
