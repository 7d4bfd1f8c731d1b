import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { burstSilenceMs } from '../../src/client/scanner.ts'
import { listenToKeys } from './keyboard.ts'

const number = '2912345678905'
let scans: string[]
let stop: () => void

beforeEach(() => {
  vi.useFakeTimers()
  scans = []
  stop = listenToKeys(document, (text) => scans.push(text))
})
afterEach(() => {
  stop()
  vi.useRealTimers()
})

/** Keys 8 ms apart by their own time stamps, whenever they are delivered. */
function deliver(signs: string, startMs: number): void {
  for (const [i, sign] of [...signs].entries()) {
    const event = new KeyboardEvent('keydown', { key: sign, code: `Digit${sign}`, bubbles: true })
    Object.defineProperty(event, 'timeStamp', { value: startMs + i * 8 })
    document.body.dispatchEvent(event)
  }
}

it('[U3] a number whose keys a busy computer delivers late is not cut in two', () => {
  const startMs = performance.now()
  deliver(number.slice(0, 7), startMs)
  vi.advanceTimersByTime(burstSilenceMs - 1)
  deliver(number.slice(7), startMs + 7 * 8)
  vi.runAllTimers()
  expect(scans).toEqual([number])
})

it('[U3] the later a computer delivers keys, the longer it is given for the next one', () => {
  const startMs = performance.now()
  vi.advanceTimersByTime(burstSilenceMs)
  deliver(number.slice(0, 7), startMs)
  vi.advanceTimersByTime(2 * burstSilenceMs)
  deliver(number.slice(7), startMs + 7 * 8)
  vi.runAllTimers()
  expect(scans).toEqual([number])
})

it('[U3] a scanner without Enter is heard by its silence', () => {
  deliver(number, performance.now())
  vi.runAllTimers()
  expect(scans).toEqual([number])
})
