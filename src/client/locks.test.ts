import { describe, expect, it } from 'vitest'
import { isHeld, locksOf } from './locks.ts'

const refuse = () => Promise.reject(new DOMException('The request was denied.', 'SecurityError'))

/** A browser's locks, with all that the app asks of them and nothing else: `query` is what Firefox makes of it in a frame. */
function browserLocks() {
  const held: { name: string; mode: string }[] = []
  const asked: unknown[][] = []
  const request = async (name: string, options: LockOptions, work: LockGrantedCallback<unknown>) => {
    asked.push([name, options])
    const mode = options.mode ?? 'exclusive'
    const taken = held.some((one) => one.name === name && (one.mode === 'exclusive' || mode === 'exclusive'))
    if (taken && !options.ifAvailable) throw new Error('this double lets nobody wait')
    if (taken) return work(null)
    const lock = { name, mode }
    held.push(lock)
    try {
      return await work(lock)
    } finally {
      held.splice(held.indexOf(lock), 1)
    }
  }
  return { asked, locks: { request, query: refuse } as unknown as LockManager }
}

const missing = {
  denied: { query: refuse, request: refuse } as unknown as LockManager,
  'not there': undefined as unknown as LockManager,
}

describe.each(Object.entries(missing))('[J13] locks that are %s', (_, real) => {
  it('work of one name goes one after another, also after work that failed', async () => {
    const locks = locksOf(real)
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

  it('[J11] everybody counts as alive: what a try wants is never free', async () => {
    const locks = locksOf(real)
    expect(await isHeld(locks, 'x')).toBe(true)
    expect(await locks.request('x', { ifAvailable: true }, (lock) => lock)).toBeNull()
    let leave: () => void = () => undefined
    const held = locks.request('y', () => new Promise<void>((done) => (leave = done)))
    // A try of what this page holds itself waits for nobody.
    expect(await isHeld(locks, 'y')).toBe(true)
    leave()
    await held
  })

  it('[J13] [F11] a turn that is given up before it comes is not taken', async () => {
    const locks = locksOf(real)
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
})

describe('[J11] locks that work, where nobody may list them', () => {
  it('are the browser’s, with whatever is asked of them', async () => {
    const { locks: real, asked } = browserLocks()
    const locks = locksOf(real)
    expect(await locks.request('x', () => 7)).toBe(7)
    const { signal } = new AbortController()
    expect(await locks.request('y', { signal }, () => 8)).toBe(8)
    expect(asked.slice(1)).toEqual([
      ['x', {}],
      ['y', { signal }],
    ])
  })

  it('tell two pages from each other: what one holds the other one finds held, and free when it is left', async () => {
    const { locks: real } = browserLocks()
    const [one, two] = [locksOf(real), locksOf(real)]
    let leave: () => void = () => undefined
    const held = one.request('x', () => new Promise<void>((done) => (leave = done)))
    await expect.poll(() => isHeld(two, 'x')).toBe(true)
    expect(await isHeld(two, 'y')).toBe(false)
    leave()
    await held
    expect(await isHeld(two, 'x')).toBe(false)
  })

  it('two who try at once do not take each other for the holder', async () => {
    const { locks: real } = browserLocks()
    const tries = [locksOf(real), locksOf(real), locksOf(real)].map((locks) => isHeld(locks, 'x'))
    expect(await Promise.all(tries)).toEqual([false, false, false])
  })
})
