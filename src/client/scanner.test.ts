import { describe, expect, it } from 'vitest'
import { burstGapMs, enterGuardMs, Scanner, type ScannerReaction } from './scanner.ts'

const enter = { code: 'Enter', key: 'Enter' }
const digit = (d: string) => ({ code: `Digit${d}`, key: d })

function type(
  scanner: Scanner,
  keys: { code: string; key: string }[],
  gapMs: number,
  startMs = 1000,
): ScannerReaction[] {
  return keys.map((key, i) => scanner.key({ ...key, timeMs: startMs + i * gapMs }))
}

const number = [...'2912345678905'].map(digit)

describe('scanner', () => {
  it('[U3] a fast burst with Enter is one scan', () => {
    const reactions = type(new Scanner(), [...number, enter], 8)
    expect(reactions.at(-1)).toEqual({ kind: 'scanned', text: '2912345678905' })
    expect(reactions.slice(5, -1).every((reaction) => reaction.kind === 'swallowed')).toBe(true)
  })

  it('[U3] keys are read by position: a Russian layout and Shift do no harm', () => {
    const russian = [
      { code: 'Semicolon', key: 'ж' },
      ...[...'29123456'].map((d) => ({ code: `Digit${d}`, key: '!' })),
      { code: 'Slash', key: '?' },
    ]
    const reactions = type(new Scanner(), [...russian, enter], 8)
    expect(reactions.at(-1)).toEqual({ kind: 'scanned', text: ';29123456?' })
  })

  it('[U3] a person who types is no scanner, and their Enter is their own', () => {
    const reactions = type(new Scanner(), [...number, enter], burstGapMs + 30)
    expect(reactions.every((reaction) => reaction.kind === 'ignored')).toBe(true)
  })

  it('[U3] a second Enter within the guard presses nothing, a later one does', () => {
    const scanner = new Scanner()
    type(scanner, [...number, enter], 8)
    const endMs = 1000 + number.length * 8
    expect(scanner.key({ ...enter, timeMs: endMs + 5 })).toEqual({ kind: 'swallowed' })
    expect(scanner.key({ ...enter, timeMs: endMs + enterGuardMs + 1 })).toEqual({ kind: 'ignored' })
  })

  it('[U3] a scanner without Enter is heard after a pause, and its late Enter is swallowed', () => {
    const scanner = new Scanner()
    type(scanner, number, 8)
    const lastMs = 1000 + (number.length - 1) * 8
    expect(scanner.pause(lastMs + burstGapMs)).toEqual({ kind: 'ignored' })
    expect(scanner.pause(lastMs + burstGapMs + 1)).toEqual({ kind: 'scanned', text: '2912345678905' })
    expect(scanner.key({ ...enter, timeMs: lastMs + 200 })).toEqual({ kind: 'swallowed' })
  })

  it('[U3] a key after a burst without Enter ends it and begins another text', () => {
    const scanner = new Scanner()
    type(scanner, number, 8)
    const laterMs = 1000 + number.length * 8 + burstGapMs
    const [first] = number
    expect(scanner.key({ ...first!, timeMs: laterMs })).toEqual({ kind: 'scanned', text: '2912345678905' })
    expect(scanner.length).toBe(1)
    expect(scanner.inBurst).toBe(false)
  })

  it('[U3] a scanner that fires twice gives two scans of the same text, which the desk tells apart by time', () => {
    const reactions = type(new Scanner(), [...number, enter, ...number, enter], 8)
    expect(reactions.filter((reaction) => reaction.kind === 'scanned')).toHaveLength(2)
  })

  it('a stuck key cannot fill the memory', () => {
    const scanner = new Scanner()
    type(
      scanner,
      Array.from({ length: 1000 }, () => digit('1')),
      8,
    )
    expect(scanner.length).toBeLessThanOrEqual(128)
  })
})
