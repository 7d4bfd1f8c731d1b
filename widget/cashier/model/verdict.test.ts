import { batch, type Signal, signal } from '@preact/signals-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Fault, Verdict } from './verdict.ts'

describe('our word to Save', () => {
  const said: string[] = []
  let fault: Signal<Fault | null>
  const verdict = () =>
    new Verdict({
      host: { verdict: (changeId, text) => said.push(`${changeId} ${text ?? 'valid'}`) },
      faultText: ({ code }) => code,
      fault,
    })

  beforeEach(() => {
    said.length = 0
    fault = signal(null)
  })

  it('[M5] answers the last change alone, first that a card is looked up, then what stands in the way', () => {
    const asked = verdict()
    fault.value = { code: 'checking' }
    expect(said).toEqual([])
    asked.ask(1)
    batch(() => {
      asked.ask(2)
      fault.value = { code: 'redeem_unconfirmed' }
    })
    fault.value = null
    expect(said).toEqual(['1 checking', '2 redeem_unconfirmed', '2 valid'])
  })

  it('[M4] [M5] says nothing of a document that was saved or left', () => {
    const asked = verdict()
    asked.ask(1)
    asked.end()
    fault.value = { code: 'redeem_unconfirmed' }
    expect(said).toEqual(['1 valid'])
  })
})
