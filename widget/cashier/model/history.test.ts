import { expect, it } from 'vitest'
import { nothingWritten } from '../../../src/client/journal/overview.ts'
import { draftOf, payer, recordOf } from '../testing/props.ts'
import { History, type HistoryDeps } from './history.ts'

it('takes a journal once, and again when it has become another', () => {
  const waits = recordOf(draftOf({ redeems: [payer('6537', 34_900)] }), null)
  const till = {
    ready: {},
    journal: { ...nothingWritten, recent: [waits] },
  } as unknown as HistoryDeps['till']
  const history = new History({ till, setTimeout: () => 0 })
  history.read()
  const taken = history.results.value
  expect(taken.map(({ record }) => record.id)).toEqual([waits.record.id])
  // Nothing that shows the results is drawn or asked anew for a word about the line.
  history.read()
  expect(history.results.value).toBe(taken)
  Object.assign(till, { journal: { ...till.journal, recent: [] } })
  history.read()
  expect(history.results.value).toEqual([])
})
