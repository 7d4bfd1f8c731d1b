/**
 * Where the browser is killed, in the order in which a receipt passes them. At a point the script in the widget's frame
 * (`kill-script.ts`) stops the frame's thread, so that nothing goes past it.
 */
export const points = {
  opened: 'MoySklad has saved the sale and says so; the draft has not become a record (M3)',
  appending: 'the transaction of the append is open, nothing is added',
  added: 'everything is added, the commit is not asked for',
  committing: 'the commit is asked for, nobody has heard of it: either way is right',
  committed: 'the record is on the disk, nothing is painted: a ghost (J4)',
  shown: '«Записано» or «Принято без связи» is painted, and it is not written down that it was',
  seen: 'it is written down that the record was painted; the request is not sent',
  sending: 'the request is ready, and not sent',
  sent: 'the request has just left: either way is right',
  answered: 'the server has answered, and nobody has read it',
  read: 'the answer is read, and not filed',
  settling: 'the transaction that files the outcome is open, nothing is added',
  settled: 'the outcome is filed, and not painted',
  painted: 'the outcome is painted',
} as const

export type Point = keyof typeof points

/** What a person has been shown, told by the page two frames after it was in the document. */
export type Shown = 'recorded' | 'promised' | 'redeemed' | 'loaded'

/** What the script in the frame tells the test. */
export type Note =
  | { kind: 'point'; point: Point }
  | { kind: 'adding'; id: string; seq: number }
  | { kind: 'committed'; id: string }
  | { kind: 'painted'; shown: Shown }
  | { kind: 'write'; stores: string[]; durability: string }

export interface KillSettings {
  widgetOrigin: string
  /** Null: the frame is only watched. */
  point: Point | null
  /** So many saved sales are opened before the one that counts. */
  salesBefore: number
  /** A fault put in on purpose, to see that the kill test sees it. */
  deletesBeforeSend: boolean
}

export const bindingName = 'podarokKillNote'
