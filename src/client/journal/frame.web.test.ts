import { afterEach, expect, it } from 'vitest'
import { isHeld, locksOf } from '../locks.ts'
import { uuid } from '../testing/builders.ts'
import { enterFrame, type Frame } from './frame.ts'

/** The browser's own locks; nobody may list them, as in Firefox. */
const locks = locksOf(navigator.locks)
const entered: Frame[] = []
afterEach(() => {
  for (const one of entered.splice(0)) one.leave()
})
async function enter(): Promise<Frame> {
  const frame = await enterFrame(locks, uuid())
  entered.push(frame)
  return frame
}

it('[J11] [J4] a frame lives as long as it has not left, and whoever asks finds the same, itself included', async () => {
  const [one, two] = [await enter(), await enter()]
  const names = new Set([one.name, two.name, `podarok-frame-${uuid()}`])
  const [, , never] = [...names]
  for (const asked of [one, two]) expect([...(await asked.gone(names))]).toEqual([never])
  one.leave()
  await expect.poll(() => two.gone(names)).toEqual(new Set([one.name, never]))
})

it('[J11] frames that ask at once about one that is gone do not take each other for it', async () => {
  const frames = await Promise.all([enter(), enter(), enter(), enter()])
  const name = `podarok-frame-${uuid()}`
  for (let round = 0; round < 50; round++) {
    const gone = await Promise.all(frames.map((frame) => frame.gone(new Set([name]))))
    expect(gone.every((names) => names.has(name))).toBe(true)
  }
})

it('[J11] a try disturbs nobody who wants the lock: they wait for a moment, and are found from then on', async () => {
  for (let round = 0; round < 50; round++) {
    const name = `podarok-draft-${uuid()}`
    let release: () => void = () => undefined
    const released = new Promise<void>((done) => (release = done))
    const tries = [isHeld(locks, name), isHeld(locks, name)]
    const held = new Promise<void>((done) => {
      void locks.request(name, () => {
        done()
        return released
      })
    })
    tries.push(isHeld(locks, name))
    await held
    expect((await Promise.all(tries)).at(-1)).toBe(true)
    expect(await isHeld(locks, name)).toBe(true)
    release()
  }
})

it('[O8] a frame knows whether another one lived when it came', async () => {
  // A page that was closed keeps its locks for a moment.
  const comesAlone = async () => {
    const one = await enter()
    one.leave()
    return one.cameAlone
  }
  await expect.poll(comesAlone).toBe(true)
  const first = await enter()
  const second = await enter()
  expect(second.cameAlone).toBe(false)
  first.leave()
  expect(await comesAlone()).toBe(false)
  second.leave()
  await expect.poll(comesAlone).toBe(true)
})

it('[O8] of frames that start in one moment each is let in, and the next one is not alone', async () => {
  for (let round = 0; round < 10; round++) {
    const frames = await Promise.all([enter(), enter(), enter()])
    expect(frames).toHaveLength(3)
    expect((await enter()).cameAlone).toBe(false)
  }
})

it('[J13] [J11] where the browser has no locks, all count as alive and nobody as alone', async () => {
  const refused = () => Promise.reject(new DOMException('no', 'SecurityError'))
  const frame = await enterFrame(locksOf({ request: refused }), uuid())
  expect(frame.cameAlone).toBe(false)
  expect(await frame.gone(new Set([`podarok-frame-${uuid()}`]))).toEqual(new Set())
})
