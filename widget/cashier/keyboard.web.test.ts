import { afterEach, beforeEach, expect, it } from 'vitest'
import { listenToKeys } from './keyboard.ts'

const number = '2912345678905'
let scans: string[]
let stop: () => void

beforeEach(() => {
  scans = []
  stop = listenToKeys(document, (text) => scans.push(text))
})
afterEach(() => stop())

/** Keys 8 ms apart by their own time stamps, whenever they are delivered. */
function deliver(signs: string, startMs: number): void {
  for (const [i, sign] of [...signs].entries()) {
    const event = new KeyboardEvent('keydown', { key: sign, code: `Digit${sign}`, bubbles: true })
    Object.defineProperty(event, 'timeStamp', { value: startMs + i * 8 })
    document.body.dispatchEvent(event)
  }
}
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

it('[U3] a number whose keys a busy computer delivers late is not cut in two', async () => {
  const startMs = performance.now()
  deliver(number.slice(0, 7), startMs)
  await pause(150)
  deliver(number.slice(7), startMs + 7 * 8)
  await expect.poll(() => scans).toEqual([number])
})

it('[U3] a scanner without Enter is heard by its silence', async () => {
  deliver(number, performance.now())
  await expect.poll(() => scans).toEqual([number])
})
