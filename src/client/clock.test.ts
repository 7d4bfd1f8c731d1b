import { describe, expect, it } from 'vitest'
import { TillClock } from './clock.ts'

const serverMs = 1_800_000_000_000
const yearMs = 365 * 24 * 3_600_000

function clockAt(wallMs: number) {
  const hands = { wallMs, elapsedMs: 1_000 }
  const clock = new TillClock(
    () => hands.wallMs,
    () => hands.elapsedMs,
  )
  return { clock, hands }
}

describe('the till’s clock', () => {
  it.each([
    ['a year ahead', serverMs + yearMs],
    ['a year behind', serverMs - yearMs],
  ])('[O9] [F16] a computer %s does no harm: the server says what time it is', (_, wallMs) => {
    const { clock, hands } = clockAt(wallMs)
    clock.nowMs()
    clock.hear(serverMs)
    expect(clock.nowMs()).toBe(serverMs)
    hands.elapsedMs += 5_000
    expect(clock.nowMs()).toBe(serverMs + 5_000)
  })

  it('[M3] tells what the server said last as it was said, whatever the till’s own time is', () => {
    const { clock, hands } = clockAt(serverMs + yearMs)
    expect(clock.heardMs).toBe(0)
    clock.hear(serverMs)
    hands.elapsedMs += 5_000
    clock.notBelow(serverMs + yearMs)
    expect(clock.heardMs).toBe(serverMs)
    // The server's own clock was corrected: what it reads from now on is told by the new one.
    clock.hear(serverMs - yearMs)
    expect(clock.heardMs).toBe(serverMs - yearMs)
  })

  it('[O9] [F16] a computer whose clock steps back during a shift changes nothing', () => {
    const { clock, hands } = clockAt(serverMs)
    clock.hear(serverMs)
    hands.wallMs -= yearMs
    hands.elapsedMs += 10
    expect(clock.nowMs()).toBe(serverMs + 10)
  })

  it('[O9] time never runs below the newest record or the last moment that was written down', () => {
    const { clock, hands } = clockAt(serverMs - yearMs)
    clock.notBelow(serverMs - 1_000)
    expect(clock.nowMs()).toBe(serverMs - 1_000)
    clock.hear(serverMs - 60_000)
    expect(clock.nowMs()).toBe(serverMs - 1_000)
    hands.elapsedMs += 120_000
    expect(clock.nowMs()).toBe(serverMs + 60_000)
  })

  it('[O9] an answer that was long on its way does not set the time back', () => {
    const { clock, hands } = clockAt(serverMs)
    clock.hear(serverMs)
    hands.elapsedMs += 8_000
    clock.hear(serverMs + 1_000)
    expect(clock.nowMs()).toBe(serverMs + 8_000)
  })

  it('[O9] after a sleep, in which no time was counted, the next answer sets it right', () => {
    const { clock, hands } = clockAt(serverMs)
    clock.hear(serverMs)
    hands.elapsedMs += 10
    clock.hear(serverMs + 3_600_000)
    expect(clock.nowMs()).toBe(serverMs + 3_600_000)
  })
})
