import { describe, expect, it } from 'vitest'
import { uuid } from '../testing/builders.ts'
import { drain, sell, TestTills, until } from '../testing/till-rig.ts'
import type { Trouble } from '../trouble.ts'

const tills = new TestTills()
const denied = () => {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}

describe('a page that was opened while the server is away', () => {
  /** A till that has one record to send, and whose page was closed. */
  async function left(at = tills.server): Promise<string> {
    const one = await tills.start({}, at)
    await drain(one)
    at.cut = () => 'before'
    const record = await sell(one)
    one.till.close()
    return record.id
  }

  it('[J12] [F31] tells what waits, asks by itself, and works when the server answers, without a reload', async () => {
    const id = await left()
    const one = tills.rig()
    const started = one.till.start()
    await until(() => one.till.journal.state.unsettled === 1)
    expect(one.till.ready).toBeNull()
    expect(one.till.trouble).toBeNull()
    expect(one.till.line.reachable).toBe(false)
    tills.server.cut = null
    await until(() => (one.tick(), one.till.ready !== null))
    await started
    await drain(one)
    expect(tills.server.stored.has(id)).toBe(true)
    expect(one.till.journal.state.unsettled).toBe(0)
    expect(await one.till.api('release', null, { id: uuid() })).toEqual({ released: true })
    // It is the till that it was.
    expect(tills.server.journals.size).toBe(1)
  })

  it.each([
    ['does not list its database (WebKit)', { databases: () => Promise.resolve([]) }],
    ['denies everything beside its database', { localStorage: denied }],
  ])('[J12] [J13] [F31] tells it of a journal too where the browser %s', async (_, overrides) => {
    await left()
    const one = tills.rig(overrides)
    void one.till.start()
    await until(() => one.till.journal.state.unsettled === 1)
    expect(one.till.trouble).toBeNull()
  })

  it('[F23] belongs to whom the session says: a journal of another account was only counted', async () => {
    const id = await left()
    const other = tills.serverOf(uuid())
    other.cut = () => 'before'
    const one = tills.rig({}, other)
    const started = one.till.start()
    await until(() => one.till.journal.state.unsettled === 1)
    other.cut = null
    await until(() => (one.tick(), one.till.ready !== null))
    await started
    expect(one.till.trouble).toBeNull()
    expect(one.till.journal.state.unsettled).toBe(0)
    const record = await sell(one)
    await drain(one)
    expect([...other.stored.keys()]).toEqual([record.id])
    expect(
      other.calls.flatMap(({ body }) => (body as { accountId?: string } | null)?.accountId ?? []),
    ).not.toContain(tills.server.accountId)
    expect(tills.server.stored.has(id)).toBe(false)
  })

  it('[A2] guesses nothing where there are journals of several accounts, and calls no session over', async () => {
    const id = await left()
    await left(tills.serverOf(uuid()))
    let tries = 0
    tills.server.cut = () => {
      tries++
      return 'before'
    }
    const one = tills.rig()
    const seen: Trouble[] = []
    one.till.onChange(() => one.till.trouble && seen.push(one.till.trouble))
    const started = one.till.start()
    await until(() => (one.tick(), tries === 3))
    expect([one.till.journal.state.unsettled, seen]).toEqual([0, []])
    tills.server.cut = null
    await until(() => (one.tick(), one.till.ready !== null))
    await started
    await drain(one)
    expect(tills.server.stored.has(id)).toBe(true)
  })
})
