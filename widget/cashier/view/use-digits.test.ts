import { expect, it } from 'vitest'
import * as scanner from '../../../src/client/scanner.ts'
import { burstGapMs } from './use-digits.ts'

it('[U3] keys are a burst for the field as for the scanner', () => {
  expect(burstGapMs).toBe(scanner.burstGapMs)
})
