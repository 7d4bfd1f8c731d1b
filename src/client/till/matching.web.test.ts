import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Draft } from '../../core/draft/draft.ts'
import type { DocumentId } from '../../core/ids.ts'
import type { MatchAnswer } from '../../core/wire/drafts.ts'
import { Unreachable } from '../api/api.ts'
import { documentsMax } from '../journal/drafts.ts'
import { Matching } from './matching.ts'
import type { Tab } from '../tab.ts'
import { draft, tab, uuid } from '../testing/builders.ts'
import { evict, openJournal, type OpenJournal } from '../testing/open-journal.ts'
import { frameLocks, redeem } from '../testing/till-rig.ts'

/** Frames of one till, each in a tab; what the server says is the test's. */

const nowMs = 1_700_000_060_000
const documentId = () => uuid() as DocumentId
const briefOf = (id: DocumentId) => ({
  id,
  name: '00007',
  moment: '2026-10-02 12:00',
  sumKopecks: 500 as never,
  posted: true,
})

const nothing = { certain: [], doubtful: [], unposted: [] }

let account: string
let opened: OpenJournal[]
/** Sales that fit every draft by content; null: the server is away. */
let fitting: DocumentId[] | null

beforeEach(() => {
  account = uuid()
  opened = []
  fitting = []
})
afterEach(async () => {
  for (const one of opened) one.close()
  await evict(account)
})

interface Frame {
  matching: Matching
  drafts: OpenJournal['drafts']
  tab: Tab
  dropped: string[]
  open(id: DocumentId | null): ReturnType<Matching['ask']>
  /** The same `Open`, asked about again, or late. */
  again(id: DocumentId | null, turn: number): ReturnType<Matching['ask']>
}

async function frame(of: Tab): Promise<Frame> {
  const journal = await openJournal(account, { tab: of })
  opened.push(journal)
  const { drafts } = journal
  const dropped: string[] = []
  const api = (_: string, body: { documentId: DocumentId | null; drafts: Draft[] }) => {
    if (fitting === null) return Promise.reject(new Unreachable('away', null))
    const among = fitting.filter((id) => body.documentId === null || id === body.documentId)
    const answer: MatchAnswer = {
      opened: null,
      matches: body.drafts.map((one) => ({
        draftId: one.id,
        complete: true,
        candidates: among
          .filter((id) => one.documentId === null || one.documentId === id)
          .map((id) => ({ sale: briefOf(id), verdict: 'same' })),
      })),
    }
    return Promise.resolve(answer)
  }
  const till = {
    api,
    ready: { drafts },
    dropDraft: (one: Draft) => {
      dropped.push(one.id)
      return drafts.drop(one)
    },
    serverNowMs: () => nowMs,
  }
  const matching = new Matching({ till: till as never, locks: frameLocks, log: () => undefined })
  const ask = (id: DocumentId | null, turn: number) =>
    matching.ask({ documentId: id, turn, previousTurn: of.opened(turn, id) }, () => undefined)
  return {
    matching,
    drafts,
    tab: of,
    dropped,
    open: (id) => ask(id, of.turn()),
    again: (id, turn) => ask(id, turn),
  }
}

/** A tab's frames of new and of saved sales. */
async function tabWithFrames() {
  const one = tab()
  return { one, form: await frame(one), saved: await frame(one) }
}
const prepared = (rest: Partial<Draft> = {}) => draft({ redeems: [redeem()], ...rest })

describe('[M3] a draft and the sale that is opened', () => {
  it('is charged at once for the sale that its own tab opens after its last change', async () => {
    const { form, saved } = await tabWithFrames()
    const [one, sale] = [prepared(), documentId()]
    form.matching.own(one.id)
    await form.drafts.save(one)
    fitting = [sale]
    expect(await saved.open(sale)).toMatchObject({
      ...nothing,
      certain: [{ draft: one, documentId: sale, sale: briefOf(sale) }],
    })
  })

  it('an equal sale that the till had before is never its own: not asked again when the line is back, nor found by search', async () => {
    const { one, form, saved } = await tabWithFrames()
    const before = documentId()
    const turn = one.turn()
    await saved.again(before, turn)
    const mine = prepared()
    await form.drafts.save(mine)
    fitting = [before]
    expect(await saved.again(before, turn)).toMatchObject(nothing)
    expect(await saved.open(before)).toMatchObject(nothing)
    expect(await (await frame(tab())).open(before)).toMatchObject(nothing)
    expect(await form.open(null)).toMatchObject({ certain: [], doubtful: [{ doubt: 'unsaved' }] })
    fitting = null
    expect(await saved.open(before)).toMatchObject(nothing)
  })

  it('what an answer has named is had as well', async () => {
    const { form, saved } = await tabWithFrames()
    const named = documentId()
    const first = prepared()
    await form.drafts.save(first)
    fitting = [named]
    expect((await form.open(null)).doubtful).toMatchObject([{ documentId: named, sale: { name: '00007' } }])
    await form.drafts.save(prepared())
    const { certain, doubtful } = await saved.open(named)
    expect([certain, doubtful.map((question) => question.draft.id)]).toEqual([[], [first.id]])
  })

  it('a sale that a slow frame had open while the draft was begun is not its own, although it is noted late', async () => {
    const { one, form, saved } = await tabWithFrames()
    const [before, turn] = [documentId(), one.turn()]
    await form.drafts.save(prepared())
    fitting = [before]
    expect(await saved.again(before, turn)).toMatchObject(nothing)
  })

  it('a sale that was opened before the last change is asked about', async () => {
    const { one, form, saved } = await tabWithFrames()
    const mine = prepared()
    await form.drafts.save(mine)
    const [sale, turn] = [documentId(), one.turn()]
    await form.drafts.save(mine)
    fitting = [sale]
    expect(await saved.again(sale, turn)).toMatchObject({ certain: [], doubtful: [{ doubt: 'which' }] })
  })

  it.each([
    ['whose form is gone', false],
    ['that is being prepared', true],
  ])('a draft of another tab, %s, is asked about', async (_, alive) => {
    const { form } = await tabWithFrames()
    const mine = prepared()
    if (alive) form.matching.own(mine.id)
    await form.drafts.save(mine)
    const sale = documentId()
    fitting = [sale]
    const other = await frame(tab())
    expect(await other.open(sale)).toMatchObject({ certain: [], doubtful: [{ doubt: 'which' }] })
    fitting = null
    // Without the server nothing speaks for a sale that another tab shows: a form asks.
    expect((await other.open(documentId())).doubtful).toEqual([])
    expect((await other.open(null)).doubtful).toHaveLength(alive ? 0 : 1)
  })

  it('of two drafts that fit, and of one whose form was left, a person tells', async () => {
    const { form, saved } = await tabWithFrames()
    const [first, second] = [prepared(), prepared()]
    await form.drafts.save(first)
    await form.drafts.save(second)
    const sale = documentId()
    fitting = [sale]
    expect(await saved.open(sale)).toMatchObject({
      certain: [],
      doubtful: [{ doubt: 'which' }, { doubt: 'which' }],
    })
    await form.drafts.drop(second)
    await form.drafts.leave(first.id)
    expect(await saved.open(sale)).toMatchObject({ certain: [], doubtful: [{ doubt: 'which' }] })
  })

  it('a sale that the tab opens later than the draft’s own is asked about, although the first one was never answered', async () => {
    const { one, form, saved } = await tabWithFrames()
    await form.open(null)
    const [own, next] = [documentId(), documentId()]
    await form.drafts.save(prepared())
    fitting = [own, next]
    // The frame was still loading.
    const turn = one.turn()
    one.opened(turn, own)
    expect(await saved.open(next)).toMatchObject({ certain: [], doubtful: [{ doubt: 'which' }] })
    await form.open(null)
    expect(await saved.open(own)).toMatchObject({ certain: [], doubtful: [{ doubt: 'which' }] })
  })

  it('the same sale opened twice in a row is the same', async () => {
    const { form, saved } = await tabWithFrames()
    await form.drafts.save(prepared())
    const sale = documentId()
    expect((await saved.open(sale)).certain).toEqual([])
    fitting = [sale]
    expect((await saved.open(sale)).certain).toHaveLength(1)
  })

  it('a draft of a saved sale is that sale’s at any later Open of it, and no other’s', async () => {
    const { saved } = await tabWithFrames()
    const [own, other] = [documentId(), documentId()]
    fitting = [own, other]
    await saved.open(own)
    const mine = prepared({ documentId: own })
    await saved.drafts.save(mine)
    expect(await saved.open(other)).toMatchObject(nothing)
    expect(await (await frame(tab())).open(own)).toMatchObject({ certain: [{ documentId: own }] })
    expect(await (await frame(tab())).open(null)).toMatchObject({
      certain: [],
      doubtful: [{ doubt: 'unchecked', documentId: own }],
    })
    fitting = null
    expect(await saved.open(other)).toMatchObject(nothing)
    expect(await saved.open(own)).toMatchObject({ doubtful: [{ doubt: 'offline', documentId: own }] })
  })

  it('a form of a new sale charges nothing by itself, and of two sales that fit it takes none', async () => {
    const { form } = await tabWithFrames()
    const mine = prepared()
    await form.drafts.save(mine)
    const [one, two] = [documentId(), documentId()]
    fitting = [one]
    expect(await form.open(null)).toMatchObject({
      certain: [],
      doubtful: [{ doubt: 'unchecked', documentId: one }],
    })
    fitting = [one, two]
    expect(await form.open(null)).toMatchObject({
      certain: [],
      doubtful: [{ doubt: 'unchecked', documentId: null, sale: null }],
    })
  })

  it('a card that was only looked at goes without a question', async () => {
    const { form } = await tabWithFrames()
    const looked = draft({ redeems: [redeem({ confirmed: false })] })
    await form.drafts.save(looked)
    expect(await form.open(null)).toMatchObject(nothing)
    expect(form.dropped).toEqual([looked.id])
  })
})

describe('[M3] the sales that a till had', () => {
  it('keep their first place, in all frames, and only so many are kept', async () => {
    const [one, two] = [await frame(tab()), await frame(tab())]
    const first = documentId()
    await one.drafts.noteDocuments([first])
    await two.drafts.noteDocuments([documentId(), first])
    expect((await two.drafts.noteDocuments([first])).get(first)).toBe(1)
    await one.drafts.noteDocuments(Array.from({ length: documentsMax + 100 }, documentId))
    // It is forgotten, and new again.
    expect((await one.drafts.noteDocuments([first])).get(first)).toBe(documentsMax + 103)
  })
})
