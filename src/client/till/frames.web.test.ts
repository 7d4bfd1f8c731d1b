import { afterEach, describe, expect, it, vi } from 'vitest'
import { openTab } from '../tab.ts'
import { uuid } from '../testing/builders.ts'
import { drain, sale, sell, TestTills, type TillRig, until } from '../testing/till-rig.ts'

const tills = new TestTills()
afterEach(() => void vi.restoreAllMocks())

/** Frames of one browser tab: MoySklad's page shows one of them at a time. */
function tabOfFrames() {
  const rows = new Map<string, string>()
  const storage = {
    getItem: (key: string) => rows.get(key) ?? null,
    setItem: (key: string, value: string) => void rows.set(key, value),
  }
  return () => ({ tab: openTab(() => storage, uuid, console.error) })
}

function open({ till }: TillRig, documentId: string | null): void {
  till.tab.opened(till.tab.turn(), documentId)
  till.documentOpened()
}

const ids = ({ till }: TillRig) => till.journal.recent.map(({ record }) => record.id)
const statuses = ({ till }: TillRig) => till.journal.recent.map(({ outcome }) => outcome?.status ?? null)

describe('what a frame shows of the journal', () => {
  it('[P2c] [J11] follows what the other frames do, and is not read for it', async () => {
    const [one, two] = [await tills.start(), await tills.start()]
    for (const each of [one, two]) await drain(each)
    const reads = vi.spyOn(two.till.ready!.journal, 'recent')
    const first = await sell(one)
    await until(() => statuses(two).join() === 'applied')
    tills.server.outcome = () => ({ status: 'in_review', code: 'promise_refused' })
    const second = await sell(one)
    await until(() => statuses(two).join() === 'in_review,applied')
    expect(ids(two)).toEqual([second.id, first.id])
    expect(two.till.journal.attention.map(({ record }) => record.id)).toEqual([second.id])
    expect(two.till.journal.state).toEqual({ unsettled: 0, oldestAtMs: null })
    await one.till.acknowledge(second)
    await until(() => two.till.journal.attention.length === 0)
    expect(reads).not.toHaveBeenCalled()
    // And it is what would have been read.
    const { journal } = two.till
    await two.till.refresh()
    expect(two.till.journal).toEqual(journal)
  })

  it('[P2c] [J12] counts what waits, and since when, without reading', async () => {
    tills.server.cut = (name) => (name === 'POST /api/sync' ? 'before' : null)
    const [one, two] = [await tills.start(), await tills.start()]
    const reads = vi.spyOn(two.till.ready!.journal, 'state')
    const first = await sell(one)
    one.hands.elapsedMs += 60_000
    await sell(one)
    await until(() => two.till.journal.state.unsettled === 2)
    expect(two.till.journal.state.oldestAtMs).toBe(first.recordedAtMs)
    tills.server.cut = null
    one.tick()
    await until(() => two.till.journal.state.unsettled === 0)
    expect(reads).not.toHaveBeenCalled()
  })

  it('[P2c] is read again where it cannot be told, in a frame that is not shown only when it is', async () => {
    tills.server.cut = (name) => (name === 'POST /api/sync' ? 'before' : null)
    const frame = tabOfFrames()
    const dead = await tills.start()
    const ghost = await dead.till.commitDraft(sale(), null, 'ask')
    dead.till.close()
    const [form, saved] = [await tills.start(frame()), await tills.start(frame())]
    open(form, null)
    open(saved, uuid())
    const reads = vi.spyOn(form.till.ready!.journal, 'recent')
    await saved.till.keepGhost(ghost)
    await until(() => saved.till.journal.ghosts.length === 0)
    // Whatever it was told before this has come by now.
    const next = await sell(saved)
    await until(() => ids(form).includes(next.id))
    expect(reads).not.toHaveBeenCalled()
    expect(form.till.journal.ghosts).toHaveLength(1)
    open(form, null)
    await until(() => form.till.journal.ghosts.length === 0)
  })

  it('[J4] [F4] finds what a frame has left that died while others live, with the next tick', async () => {
    const [one, two] = [await tills.start(), await tills.start()]
    open(two, null)
    const ghost = await one.till.commitDraft(sale(), null, 'ask')
    one.till.close()
    await until(() => ids(two).includes(ghost.id))
    expect(two.till.journal.ghosts).toEqual([])
    await until(() => {
      two.tick()
      return two.till.journal.ghosts.length === 1
    })
  })

  it('[J4] [F4] shows what it commits also where a frame had recorded it that died before it told', async () => {
    const [one, two] = [await tills.start(), await tills.start()]
    for (const each of [one, two]) await drain(each)
    const prepared = sale()
    const untold = vi.spyOn(BroadcastChannel.prototype, 'postMessage').mockReturnValue()
    const record = await one.till.commitDraft(prepared, null, 'ask')
    one.till.close()
    untold.mockRestore()
    expect(ids(two)).toEqual([])
    expect((await two.till.commitDraft(prepared, null, 'ask')).id).toBe(record.id)
    // It is drawn two frames later, and then counts as seen.
    expect(ids(two)).toEqual([record.id])
  })

  it('[J11] knows of drafts that another frame has ended, and not of its own', async () => {
    const [one, two] = [await tills.start(), await tills.start()]
    const [charged, dropped] = [sale(), sale()]
    for (const each of [charged, dropped]) await one.till.saveDraft(each)
    await one.till.commitDraft(charged, null, 'ask')
    await one.till.dropDraft(dropped)
    await until(() => two.till.isEndedElsewhere(charged) && two.till.isEndedElsewhere(dropped))
    expect([charged, dropped].map((each) => one.till.isEndedElsewhere(each))).toEqual([false, false])
  })
})
