import {
  cardsOf,
  type Draft,
  draftIsPrepared,
  loadTotal,
  redeemTotal,
} from '../../../src/core/draft/draft.ts'
import { type Kopecks, kopecks } from '../../../src/core/money.ts'
import { redeemCardsMax } from '../../../src/core/sale/split.ts'
import type { OpenDocument } from './open-document.ts'
import { type Fault, lacksCard } from './verdict.ts'

/** What the cards of a draft are to do. */
export type Wish = 'redeem' | 'load' | 'both'

export const wishOf = ({ loads, redeems }: Pick<Draft, 'loads' | 'redeems'>): Wish =>
  redeems.length === 0 ? 'load' : loads.length > 0 ? 'both' : 'redeem'

/** What the foot of the screen says and offers: the one main action, or why there is none. */
export interface Panel {
  /** In green: the sale may be saved now, and what the cards are to do follows. */
  prepared: Wish | null
  /** What the main button does with how many cards. */
  press: { does: 'redeem' | 'load'; kopecks: Kopecks; cards: number } | null
  /** Why MoySklad must not save the sale, where a person has to mend that here or on MoySklad's page. */
  fault: Fault | null
  /** What is to be paid otherwise; null where no card pays. */
  toPayKopecks: Kopecks | null
  /** Another card could pay some of it. */
  another: boolean
}

/** @param offerKopecks what the cards would pay after a press */
export function panelOf(
  document: Pick<OpenDocument, 'sale' | 'done' | 'need' | 'needsSave'>,
  draft: Draft | null,
  fault: Fault | null,
  offerKopecks: Kopecks,
): Panel {
  const cards = cardsOf(draft).length
  if (draft === null || cards === 0) {
    return { prepared: null, press: null, fault: forPerson(fault, cards), toPayKopecks: null, another: false }
  }
  const pays = redeemTotal(draft)
  const sum = document.sale.value?.sumKopecks ?? 0
  const isPrepared = draftIsPrepared(draft)
  const unsaved = document.needsSave.value
  const mend = forPerson(fault, cards)
  const does = offerKopecks > 0 ? 'redeem' : 'load'
  // While a card is missing for one thing, another may be decided about.
  const press = (!mend || lacksCard(mend)) && (!isPrepared || !unsaved || offerKopecks > pays)
  return {
    prepared: isPrepared && unsaved && fault === null ? wishOf(draft) : null,
    press: press
      ? {
          does,
          kopecks: does === 'redeem' ? offerKopecks : loadTotal(draft),
          cards: does === 'redeem' ? draft.redeems.length : draft.loads.length,
        }
      : null,
    fault: mend,
    toPayKopecks: pays > 0 ? kopecks(Math.max(0, sum - document.done.value.redeemedKopecks - pays)) : null,
    another:
      pays > 0 &&
      offerKopecks === pays &&
      draft.redeems.length < redeemCardsMax &&
      document.need.value.leftKopecks > 0,
  }
}

/** The scan box asks for cards that are missing, and the button for the press. */
function forPerson(fault: Fault | null, cards: number): Fault | null {
  switch (fault?.code) {
    case 'checking':
    case 'redeem_unconfirmed':
      return null
    default:
      return fault && lacksCard(fault) && cards === 0 ? null : fault
  }
}
