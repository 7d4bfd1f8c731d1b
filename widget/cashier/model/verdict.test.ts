import { beforeEach, describe, expect, it } from 'vitest'
import { Verdict } from './verdict.ts'

describe('our word to Save', () => {
  const said: string[] = []
  let busy = false
  let payable = true
  const verdict = () =>
    new Verdict({
      host: { verdict: (changeId, fault) => said.push(`${changeId} ${fault ?? 'valid'}`) },
      faultText: (fault) => (fault === 'checking' ? fault : fault.code),
      busy: () => busy,
      fault: () => (payable ? null : { code: 'redeem_unconfirmed' }),
    })

  beforeEach(() => {
    said.length = 0
    busy = false
    payable = true
  })

  it('[M5] answers the last change alone, first that a card is looked up, then what stands in the way', () => {
    const asked = verdict()
    asked.give()
    expect(said).toEqual([])
    asked.ask(1)
    busy = true
    asked.give()
    asked.ask(2)
    busy = payable = false
    asked.give()
    payable = true
    asked.give()
    expect(said).toEqual(['1 checking', '2 redeem_unconfirmed', '2 valid'])
  })

  it('[M4] [M5] says nothing of a document that was saved or left', () => {
    const asked = verdict()
    asked.ask(1)
    expect(asked.isAsked).toBe(true)
    asked.end()
    asked.give()
    expect(asked.isAsked).toBe(false)
    expect(said).toEqual([])
  })
})
