import { describe, expect, test } from 'vitest'
import { Gate } from './gate.ts'

/** Work that ends when it is told to. */
function createWork(gate: Gate) {
  const log: string[] = []
  const ends = new Map<string, { end: () => void; fail: (error: Error) => void }>()
  const settled: Promise<unknown>[] = []
  return {
    log,
    start(name: string, signal = new AbortController().signal) {
      const through = gate.through(signal, () => {
        log.push(name)
        return new Promise<void>((end, fail) => ends.set(name, { end, fail }))
      })
      settled.push(through.catch((error: Error) => log.push(`${name}: ${error.message}`)))
    },
    async end(name: string, error?: Error) {
      const { end, fail } = ends.get(name)!
      if (error) fail(error)
      else end()
      await turn()
    },
    all: () => Promise.all(settled),
  }
}

const turn = () => new Promise((done) => setImmediate(done))

describe('a gate', () => {
  test('lets so many in at once, and the others in the order of their coming', async () => {
    const work = createWork(new Gate(2))
    for (const name of ['a', 'b', 'c', 'd']) work.start(name)
    await turn()
    expect(work.log).toEqual(['a', 'b'])
    await work.end('b')
    // Who comes now waits behind the others.
    work.start('e')
    expect(work.log).toEqual(['a', 'b', 'c'])
    await work.end('a', new Error('failed'))
    await work.end('c')
    expect(work.log).toEqual(['a', 'b', 'c', 'a: failed', 'd', 'e'])
    await work.end('d')
    await work.end('e')
    await work.all()
  })

  test('forgets who does not wait any longer', async () => {
    const work = createWork(new Gate(1))
    const patience = new AbortController()
    work.start('a')
    work.start('b', patience.signal)
    work.start('c')
    patience.abort(new Error('too long'))
    await turn()
    await work.end('a')
    expect(work.log).toEqual(['a', 'b: too long', 'c'])
    await work.end('c')
    work.start('d', patience.signal)
    await work.all()
    expect(work.log.at(-1)).toBe('d: too long')
    work.start('e')
    await turn()
    expect(work.log.at(-1)).toBe('e')
  })
})
