import { signal } from '@preact/signals-core'
import { describe, expect, it } from 'vitest'
import { keepDrawn } from './keep-drawn.ts'

describe('a drawing that is kept', () => {
  const neverFails = (error: unknown) => expect.unreachable(String(error))
  const nextTask = () => new Promise((done) => setTimeout(done))

  it('is made at once, and once more for all changes of one task', async () => {
    const [sum, card] = [signal(0), signal('')]
    const drawn: string[] = []
    keepDrawn(() => drawn.push(`${sum.value} ${card.value}`), neverFails)
    expect(drawn).toEqual(['0 '])
    sum.value = 5
    card.value = '9501'
    expect(drawn).toHaveLength(1)
    await nextTask()
    expect(drawn).toEqual(['0 ', '5 9501'])
    sum.value = 6
    await nextTask()
    expect(drawn).toEqual(['0 ', '5 9501', '6 9501'])
  })

  it('follows what it read last', async () => {
    const [shown, face, hidden] = [signal(false), signal(1), signal(1)]
    let drawings = 0
    keepDrawn(() => {
      drawings++
      if (shown.value) void face.value
    }, neverFails)
    hidden.value = face.value = 2
    await nextTask()
    expect(drawings).toBe(1)
    shown.value = true
    await nextTask()
    face.value = 3
    await nextTask()
    expect(drawings).toBe(3)
  })

  it('tells of a fault, never in the hands of whoever changed the signal, and goes on', async () => {
    const sum = signal(0)
    const faults: unknown[] = []
    const drawn: number[] = []
    keepDrawn(
      () => {
        if (sum.value === 1) throw new Error('no face')
        drawn.push(sum.value)
      },
      (error) => faults.push(error),
    )
    expect(() => (sum.value = 1)).not.toThrow()
    await nextTask()
    expect(faults).toEqual([new Error('no face')])
    sum.value = 2
    await nextTask()
    expect(drawn).toEqual([0, 2])
  })
})
