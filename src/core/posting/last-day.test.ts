import { describe, expect, test } from 'vitest'
import { type DayStep, lastDayBy } from './last-day.ts'

const step = (kind: DayStep['kind'], expiresOn: string | null, rest: Partial<DayStep> = {}): DayStep => ({
  kind,
  on: '2026-05-01',
  expiresOn,
  isReturn: kind === 'refund',
  isUndone: false,
  ...rest,
})
const undone = { isUndone: true }
const [march, may, june] = ['2026-03-31', '2026-05-31', '2026-06-30']
// A return of the first of May to a card that was over gives thirty days.

describe('[C8] the last day without what is undone', () => {
  test.each<[string, DayStep[], string | null]>([
    ['nothing moved it', [step('issue', null), step('open', march), step('redeem', march)], march],
    ['a return that is undone', [step('open', march), step('refund', may, undone)], march],
    ['a return that stands', [step('open', march), step('refund', may)], may],
    ['a load that is undone', [step('open', march), step('load', may, undone)], march],
    // The second load of a day moves nothing, and still it gives the day.
    ['one of two loads of a day', [step('open', march), step('load', may, undone), step('load', may)], may],
    [
      'both, the later one first',
      [step('open', march), step('load', may, undone), step('load', june, undone), step('void', may)],
      march,
    ],
    // What came between carries the day on and gives none.
    ['a payment in between', [step('open', march), step('load', may, undone), step('redeem', may)], march],
    [
      'a return in between, in time',
      [step('open', may), step('load', june, undone), step('refund', june)],
      may,
    ],
    [
      'a return in between, too late',
      [step('open', march), step('load', june, undone), step('refund', june)],
      may,
    ],
    [
      'a return that the load had kept from giving days, and a later one',
      [
        step('open', march),
        step('load', '2026-05-10', undone),
        step('refund', '2026-05-10'),
        step('refund', june, { on: '2026-05-20' }),
      ],
      may,
    ],
    [
      'the first of two returns to a card that was over',
      [step('open', march), step('refund', may, undone), step('refund', may, { on: '2026-05-11' })],
      '2026-06-10',
    ],
    [
      'the void of a payment, which gave it new days',
      [
        step('open', march),
        step('redeem', march, undone),
        step('void', may, { isReturn: true }),
        step('refund', june, { ...undone, on: '2026-06-01' }),
      ],
      may,
    ],
    ['a day without end', [step('open', null), step('load', may, undone)], null],
    ['the load that sold it', [step('issue', null), step('load', may, undone)], null],
  ])('%s', (_, history, day) => expect(lastDayBy(history)).toBe(day))
})
