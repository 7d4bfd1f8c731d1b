/**
 * A browser tab with all frames of the app in it: two tabs may prepare equal sales at the same time. The frame of a new
 * sale and that of a saved one share nothing else that answers at once, and what they hear has an order (M3).
 */
export interface Tab {
  readonly name: string
  /** A number that is larger than all that the frames of this tab were given before. */
  turn(): number
  /**
   * Notes an `Open` in a frame of this tab.
   *
   * @param turn of the message's coming
   * @param documentId null for the form of a new sale
   * @returns the turn of the last `Open` of anything else before it; 0 for none
   */
  opened(turn: number, documentId: string | null): number
  /** Nothing was opened in another frame of this tab since: MoySklad's page shows one document at a time, and tells of no end. */
  isShown(): boolean
}

const nameKey = 'podarok-tab'
const turnKey = 'podarok-turn'
const opensKey = 'podarok-opens'
const opensMax = 20
/** Stands for a document's id. */
const form = 'new'

/** Frames of one tab share the session storage, frames of two tabs do not. */
export function openTab(
  storage: () => Pick<Storage, 'getItem' | 'setItem'>,
  newId: () => string,
  log: (event: string, error: unknown) => void,
): Tab {
  const rows = new Map<string, string>()
  const memory: Pick<Storage, 'getItem' | 'setItem'> = {
    getItem: (key) => rows.get(key) ?? null,
    setItem: (key, value) => void rows.set(key, value),
  }
  let name = newId()
  let last = 0
  /** The turn of this frame's own newest `Open`. */
  let own = -1
  let shared = memory
  /** Storage is denied or full, which the till finds out and says; from now on this frame is a tab of its own. */
  function alone(error: unknown): void {
    log('session_storage', error)
    shared = memory
    name = newId()
  }
  function sharing<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      alone(error)
      return work()
    }
  }
  try {
    shared = storage()
    const known = shared.getItem(nameKey)
    if (known === null) shared.setItem(nameKey, name)
    else name = known
  } catch (error) {
    alone(error)
  }
  return {
    get name() {
      return name
    },
    turn: () =>
      sharing(() => {
        last = Math.max(last, Number(shared.getItem(turnKey) ?? 0)) + 1
        shared.setItem(turnKey, String(last))
        return last
      }),
    opened: (turn, documentId) =>
      sharing(() => {
        own = turn
        const opens = readOpens(shared.getItem(opensKey))
        const what = documentId ?? form
        const before = opens.filter((open) => open.turn < turn && open.what !== what)
        const kept = [...opens, { turn, what }].slice(-opensMax)
        shared.setItem(opensKey, kept.map((open) => `${open.turn}/${open.what}`).join(' '))
        return Math.max(0, ...before.map((open) => open.turn))
      }),
    isShown: () =>
      sharing(() => own === Math.max(0, ...readOpens(shared.getItem(opensKey)).map((open) => open.turn))),
  }
}

/** By hand: schemas are not there yet when the first script runs (decision 8). What it cannot read says nothing. */
function readOpens(text: string | null): { turn: number; what: string }[] {
  return (text ?? '')
    .split(' ')
    .map((open) => open.split('/'))
    .map(([turn, what]) => ({ turn: Number(turn), what: what ?? '' }))
    .filter(({ turn, what }) => turn > 0 && what !== '')
}
