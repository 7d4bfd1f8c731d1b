import { badEnds } from './states/bad-ends.ts'
import { desk } from './states/desk.ts'
import { firstSight } from './states/first-sight.ts'
import { leftBehind } from './states/left-behind.ts'
import { savedSale } from './states/saved-sale.ts'

export { addCards, type ScreenState } from './states/state.ts'

/** Every state of the cashier's screen. The pictures and the tests are made of this list. */
export const states = [...firstSight, ...desk, ...savedSale, ...leftBehind, ...badEnds]
