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

describe('where the browser gives locks', () => {
  const held = { held: [{ name: 'x' }], pending: [] }
  const asked: unknown[][] = []
  const request = (...all: [string, LockOptions, () => unknown]) => {
    asked.push(all.slice(0, 2))
    return Promise.resolve(all[2]())
  }
  const real = { query: () => Promise.resolve(held), request } as unknown as LockManager

  it('they are the browser’s, with whatever is asked of them', async () => {
    expect(await locksOf(real).query()).toEqual(held)
    expect(await locksOf(real).request('x', () => 7)).toBe(7)
    const { signal } = new AbortController()
    expect(await locksOf(real).request('y', { signal }, () => 8)).toBe(8)
    expect(asked).toEqual([
      ['x', {}],
      ['y', { signal }],
    ])
  })
})

it('[J13] [F11] a turn that is given up before it comes is not taken', async () => {
  const locks = locksOf(denying)
  const given = new AbortController()
  let end: () => void = () => undefined
  const first = locks.request('a', () => new Promise<void>((done) => (end = done)))
  const second = locks.request('a', { signal: given.signal }, () => 'taken')
  await new Promise((done) => setTimeout(done, 5))
  given.abort()
  end()
  await first
  await expect(second).rejects.toThrow('aborted')
  expect(await locks.request('a', () => 'next')).toBe('next')
})
