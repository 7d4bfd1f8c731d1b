import type { FrameScreen, Part } from '../../widget/cashier/testing/screen.ts'

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

/** What stands before the cashier's eyes: our frame, and MoySklad's page around it. */
export interface Screen extends FrameScreen {
  /** MoySklad has asked about an edit of the open sale, and will ask for the answer when it saves. */
  isAsked: boolean
  /** «Сохранить» would save. */
  maySave: boolean
  /** MoySklad's red line after the last «Сохранить». */
  refused: string | null
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
