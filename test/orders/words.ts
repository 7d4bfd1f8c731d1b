/** A row as it lies on MoySklad's page. */
interface Row {
  what: 'goods' | 'certificate'
  priceKopecks: number
  discountPercent: number
}

/** A sale, as anybody may read it on MoySklad's page. */
export interface Paper {
  rows: readonly Row[]
  /** «Проведено» stands on it. */
  isPosted: boolean
}

/** A card and its part in a sale. */
export interface Part {
  last4: string
  /** Null for a card that is to be sold. */
  paysKopecks: number | null
}

/** What stands before the cashier's eyes. */
export interface Screen {
  /** A refusal over the whole screen: the cards that it is about. */
  red: readonly Part[] | null
  /** «Подготовлено. Спишем, когда вы сохраните продажу» */
  isGreen: boolean
  button: { does: 'redeem' | 'load'; kopecks: number; cards: number } | null
  /** Why MoySklad must not save, in the amber box. */
  fault: string | null
  /** The scan box asks for a card for a certificate. */
  wantsCard: boolean
  /** «К доплате», zero for «Доплата не нужна» */
  toPayKopecks: number | null
  /** «Ещё подарочная карта? Отсканируйте её» */
  offersAnother: boolean
  /** A sentence about the last scan, press or edit. */
  notice: string | null
  /** The cards of the sale, with their sums. */
  cards: readonly Part[]
  /** Cards that were only looked at. */
  seen: readonly string[]
  /** Of them: those whose faces say that nothing is taken from them. */
  told: readonly string[]
  questions: readonly Question[]
  /** «Продажа не проведена. Спишем, когда проведёте её и сохраните» */
  unposted: readonly Part[]
  /** What became of receipts. */
  results: readonly { status: string; parts: readonly Part[] }[]
  isBusy: boolean
  /** MoySklad has asked about an edit of the open sale, and will ask for the answer when it saves. */
  isAsked: boolean
  /** «Сохранить» would save. */
  maySave: boolean
  /** MoySklad's red line after the last «Сохранить». */
  refused: string | null
}

/** «Это для этой продажи?» */
interface Question {
  parts: readonly Part[]
  document: string | null
  /** There is a button «Да». */
  mayBeYes: boolean
}

/** What a card has done, or is to do, and for which sale. */
export interface Deed extends Part {
  document: string | null
}

/** What nobody at the till sees. */
export interface Books {
  deeds: readonly Deed[]
  /** Cards on which something is held. */
  held: readonly string[]
  /** Why our server has refused what was recorded. */
  refused: readonly string[]
  /** Failures that a frame has logged. */
  failures: readonly string[]
}

/** One act of the cashier's. */
export interface Act {
  what: string
  which: string
  came: 'saved' | 'done' | 'nothing'
  /** The sale on the page before and after; null until it is saved. */
  from: string | null
  to: string | null
  atMs: number
}
