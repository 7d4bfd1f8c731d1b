import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { onBothEngines } from '../../../test/server/engines.ts'
import { redeem, type TestTill } from '../../../test/server/test-till.ts'
import { addCard, world } from '../../../test/server/world.ts'
import { decodeEntries } from '../../core/card/book-page.ts'
import { type BookEntry, entryBytes } from '../../core/card/book.ts'
import type { HoldId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import { holdKeepMs } from '../../core/card/hold.ts'
import { type BookAnswer } from '../../core/wire/offline.ts'

const minute = 60_000

onBothEngines('the book', (engine) => {
  async function scene() {
    const shop = world(engine.db())
    const opened = await shop.shop()
    return { ...shop, ...opened, hire: () => shop.till(opened.accountId) }
  }
  const entriesOf = (answer: BookAnswer) => decodeEntries(Buffer.from(answer.entries, 'base64url'))

  async function whole(till: TestTill) {
    const all: BookEntry[] = []
    let cursor = ''
    let bytes = 0
    for (let fromChunk: number | null = 0; fromChunk !== null;) {
      const answer: BookAnswer = await till.answer('book', { cursor: null, fromChunk })
      cursor ||= answer.cursor
      bytes += answer.entries.length
      all.push(...entriesOf(answer))
      fromChunk = answer.nextChunk
    }
    return { all, cursor, bytes }
  }
  async function changes(till: TestTill, since: string) {
    const all: BookEntry[] = []
    let cursor = since
    for (let more = true; more;) {
      const answer: BookAnswer = await till.answer('book', { cursor, fromChunk: 0 })
      all.push(...entriesOf(answer))
      ;({ cursor, more } = answer)
    }
    return { all, cursor }
  }

  test('[O3] [O7] knows a card by the tag that the till makes of its number', async () => {
    const { manager, till } = await scene()
    const card = await addCard(manager, { paid: 1_000, granted: 50, expiresOn: '2026-10-01' })
    const { bookKey } = await till.register()
    const tag = createHmac('sha256', Buffer.from(bookKey, 'base64url')).update(card.number).digest('hex')
    expect((await whole(till)).all).toEqual([
      {
        tag: tag.slice(0, 16),
        cardId: card.id,
        last4: card.number.slice(-4),
        state: 'expired',
        availableKopecks: 1_050,
        expiresOn: '2026-10-01',
      },
    ])
  })

  test('[O3] counts no money that any till holds, and tells when that changes', async () => {
    const { manager, till, time } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    const fresh = await addCard(manager)
    let { cursor } = await whole(till)
    const now = async () => {
      time.nowMs += 2 * minute
      const found = await changes(till, cursor)
      cursor = found.cursor
      return Object.fromEntries(found.all.map((one) => [one.cardId, [one.state, one.availableKopecks]]))
    }
    await now()
    expect(await now()).toEqual({})
    const held = await till.hold(card.id, 300)
    await till.hold(fresh.id, null)
    expect(await now()).toEqual({ [card.id]: ['active', 700], [fresh.id]: ['used_up', 0] })
    await till.answer('release', null, held)
    expect(await now()).toEqual({ [card.id]: ['active', 1_000] })
    await till.send(till.receipt([redeem(card.id, 400)]))
    expect(await now()).toEqual({ [card.id]: ['active', 600] })
    // A change of the last minute is told twice: a transaction may have been open when it was told.
    await till.send(till.receipt([redeem(card.id, 100)]))
    const once = await changes(till, cursor)
    const again = await changes(till, once.cursor)
    expect([once.all, again.all]).toMatchObject([[{ availableKopecks: 500 }], [{ availableKopecks: 500 }]])
  })

  test('[O2] [O3] money of a hold that lapsed is there again', async () => {
    const { manager, accountId, time, ...shop } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    await shop.till.hold(card.id, 300)
    const { all, cursor } = await whole(shop.till)
    expect(all).toMatchObject([{ availableKopecks: 700 }])
    time.nowMs += holdKeepMs + minute
    await shop.till.reopen(shop.moysklad.hire({ accountId }).key)
    expect((await changes(shop.till, cursor)).all).toMatchObject([{ availableKopecks: 1_000 }])
  })

  test('[O7] is for active tills, and a cursor that is none of ours is told', async () => {
    const { manager, till } = await scene()
    expect(await till.denial('book', { cursor: 'x', fromChunk: 0 })).toBe('400 body_invalid')
    await manager.answer('tillState', { state: 'revoked' }, till.id)
    expect(await till.denial('book', { cursor: null, fromChunk: 0 })).toBe('403 till_not_active')
  })

  test('[O7] of a large shop comes in pages, whole and in time', async () => {
    const { manager, till, accountId, programme, time } = await scene()
    const cards = engine.name === 'sqlite' ? 100_000 : 20_000
    await engine.db().write(async (tx) => {
      for (let n = 0; n < cards; n += 500) {
        const rows = Array.from({ length: 500 }, () => {
          const [id, tag, hash] = [
            randomUUID(),
            randomBytes(8).toString('hex'),
            randomBytes(32).toString('hex'),
          ]
          return `('${accountId}','${id}','${programme.id}','${hash}','4821','unsold',0,0,0,'','${tag}',${time.nowMs})`
        })
        await tx.run(
          `insert into card (account_id, id, programme_id, number_hash, last4, status, paid, granted, chain_length,
            chain_head, book_tag, changed_at_ms) values ${rows.join(',')}`,
        )
      }
    })
    const startedMs = performance.now()
    const { all, cursor, bytes } = await whole(till)
    const seconds = (performance.now() - startedMs) / 1_000
    console.log(
      `[O7] ${cards} cards, ${engine.name}: ${(bytes / 1e6).toFixed(2)} MB in ${seconds.toFixed(2)} s`,
    )
    expect(new Set(all.map((one) => one.tag)).size).toBe(cards)
    expect(bytes).toBeLessThan(8_000_000 * (cards / 100_000))
    expect(bytes).toBeGreaterThan(cards * entryBytes)
    // All of them count as changed just now: their pages end, and name each card once.
    const changed = await changes(till, cursor)
    expect(changed.all).toHaveLength(cards)
    time.nowMs += 2 * minute
    await addCard(manager, { paid: 5 })
    expect((await changes(till, (await changes(till, changed.cursor)).cursor)).all.length).toBeGreaterThan(0)
    // These cards have no history, which `verify` would rightly not like.
    await engine
      .db()
      .write((tx) => tx.run(`delete from card where account_id = $1 and last4 = '4821'`, [accountId]))
  })

  test('[O2] a hold whose release overtook its request is never made', async () => {
    const { manager, till } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    const id = randomUUID() as HoldId
    expect(await till.answer('release', null, id)).toEqual({ released: false })
    const wish = { id, draftId: randomUUID() as never, redeemKopecks: kopecks(100), load: false }
    const found = await till.answer('lookup', { number: card.number, entered: 'scanned', hold: wish })
    expect(found).toMatchObject({ hold: null, refusal: { code: 'hold_over' } })
  })

  test('[O2] renewing keeps a hold, a manager ends it, and its money stays in N until its till has told all', async () => {
    const { manager, till, time, hire } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    const other = await hire()
    const id = await till.hold(card.id, 300)
    const hold = {
      draftId: randomUUID() as never,
      cardId: card.id,
      purpose: 'redeem' as const,
      amountKopecks: kopecks(300),
    }
    expect(await till.denial('hold', hold, id)).toBe('409 id_taken')
    const seen = async () => {
      const { card: view } = await other.answer('lookup', {
        number: card.number,
        entered: 'scanned',
        hold: null,
      })
      return [view?.availableKopecks, view?.heldBy]
    }
    expect(await seen()).toEqual([700, till.ordinal])
    expect(await manager.answer('releaseHeld', null, id)).toEqual({ released: true })
    expect(await manager.answer('releaseHeld', null, id)).toEqual({ released: false })
    expect(await seen()).toEqual([1_000, null])
    expect((await manager.answer('risk', null)).uncoveredHoldsKopecks).toBe(300)
    // It may still be promised on: the till does not know.
    await till.answer('grant', { ...till.envelope({ drained: true }), returned: null })
    expect((await manager.answer('risk', null)).uncoveredHoldsKopecks).toBe(300)
    time.nowMs += 16 * minute
    await till.ping()
    await till.answer('grant', { ...till.envelope({ drained: true }), returned: null })
    expect((await manager.answer('risk', null)).uncoveredHoldsKopecks).toBe(0)
  })
})
