/** What the checkout page and the hidden frame of its scanner say to each other. Both are ours, of one build. */
export type ScanOrder = {
  /** Which of the checkout page's frames is to get the keys: its place among them. */
  readonly frame: number
  readonly digits: string
}

/** The hidden frame takes orders from now on. */
export const wedgeReady = 'wedge-ready'
