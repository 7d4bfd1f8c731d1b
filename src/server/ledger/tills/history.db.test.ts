import { expect, test } from 'vitest'
import { onBothEngines } from '../../../../test/server/engines.ts'
import { balanceOf, casesOf } from '../../../../test/server/look.ts'
import { TestDevice } from '../../../../test/server/test-device.ts'
import { redeem, type TestTill, undo } from '../../../../test/server/test-till.ts'
import { addCard, type NewCard, verdictOf, world } from '../../../../test/server/world.ts'

onBothEngines('the journals of tills', (engine) => {
  async function scene() {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const pay = (one: TestTill = till, amount = 10) => one.receipt([redeem(card.id, amount)])
    const cases = () => casesOf(engine.db(), accountId)
    return { shop, manager, till, accountId, card, pay, cases, balance: () => balanceOf(manager, card) }
  }
  /** A promise that stands on a hold of its till. */
  async function promise(
    till: TestTill,
    card: NewCard,
    amount: number,
    hold?: Awaited<ReturnType<TestTill['hold']>>,
  ) {
    const holdId = hold ?? (await till.hold(card.id, amount))
    return till.receipt([redeem(card.id, amount, { holdId })], { mode: 'promise' })
  }
  const stateOf = async (till: TestTill) => (await till.ping()).state

  test('[J8] missing numbers are one case per run, and the record that skipped them is decided', async () => {
    const { till, pay, cases, balance } = await scene()
    const all = Array.from({ length: 7 }, () => pay())
    expect(
      (await till.sync(all[0]!, all[3]!, all[6]!)).outcomes.map((one) => verdictOf(one.outcome)),
    ).toEqual(['applied', 'applied', 'applied'])
    expect(await cases()).toEqual([
      ['gap', { journal: till.device.journal, fromSeq: 2, toSeq: 3 }],
      ['gap', { journal: till.device.journal, fromSeq: 5, toSeq: 6 }],
    ])
    expect(await balance()).toBe(970)
    expect(till.head?.casesOpen).toBe(2)
  })

  test('[J8] a late record is decided like any other, and a gap closes by itself when all of it is here', async () => {
    const { till, pay, cases, balance } = await scene()
    const [first, second, third, fourth] = Array.from({ length: 4 }, () => pay())
    await till.sync(first!, fourth!)
    expect(verdictOf(await till.send(third!))).toBe('applied')
    expect((await cases()).map(([kind]) => kind)).toEqual(['gap'])
    const { outcomes, head } = await till.sync(second!)
    expect(verdictOf(outcomes[0]!.outcome)).toBe('applied')
    expect((await cases()).map(([kind]) => kind)).toEqual(['gap (closed)'])
    expect(head).toMatchObject({ headSeq: 4, state: 'active', casesOpen: 0 })
    expect(head.decisions).toMatchObject([
      { kind: 'gap', choice: 'closed', note: 'records_came', receiptId: null },
    ])
    expect(await balance()).toBe(960)
  })

  test('[J4] a number that waits for a cashier’s word has a case of its own until its record and its end have come', async () => {
    const { shop, till, pay, cases, balance } = await scene()
    const [seen, ghost, lost, later] = Array.from({ length: 4 }, () => pay())
    expect(lost!.place!.seq).toBe(3)
    const recordedAtMs = shop.time.nowMs - 5_000
    const batch = { ...till.batch([seen!, later!]), waiting: [{ seq: 2, recordedAtMs }] }
    await till.answer('sync', batch)
    expect(await cases()).toEqual([
      ['gap', { journal: till.device.journal, fromSeq: 3, toSeq: 3 }],
      ['ghost_undecided', { journal: till.device.journal, fromSeq: 2, toSeq: 2 }],
    ])
    const moments = await engine
      .db()
      .read((query) =>
        query.all(`select happened_at_ms as at from cases where kind = 'ghost_undecided' and till_id = $1`, [
          till.id,
        ]),
      )
    expect(moments.map((row) => row['at'])).toEqual([recordedAtMs])
    // The cashier says that it was not: the record and its undoing go one after the other.
    const { outcomes } = await till.sync(ghost!, till.receipt([undo(ghost!.id)]))
    expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual(['applied', 'applied'])
    expect((await cases()).map(([kind]) => kind)).toEqual(['gap', 'ghost_undecided (closed)'])
    expect(await balance()).toBe(980)
  })

  test('[F7] a lost tail is a case, with what of it had come before; it closes when the rest comes after all', async () => {
    const { till, pay, cases, balance } = await scene()
    const [first, second, third] = [pay(), pay(), pay()]
    await till.sync(first, second)
    const old = till.copy()
    till.seq = 1
    till.goOn(3)
    await till.register()
    await till.register()
    const lost = { journal: old.device.journal, fromSeq: 2, toSeq: 3 }
    expect(await cases()).toEqual([['lost_tail', { ...lost, stored: 1 }]])
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    // It had been on its way.
    expect(verdictOf(await old.send(third))).toBe('applied')
    expect((await cases()).map(([kind]) => kind)).toEqual(['lost_tail (closed)'])
    expect(await stateOf(till)).toBe('active')
    expect(await balance()).toBe(960)
  })

  test('[F7] numbers that were not given cannot be had', async () => {
    const { till } = await scene()
    till.seq = 3
    till.goOn(2)
    expect(await till.denial('till', till.registration())).toBe('400 body_invalid')
  })

  test('[T7] a till that has lost its keys is known again by the server’s mark, and by nothing else', async () => {
    const { shop, till, accountId, pay, cases } = await scene()
    await till.sync(pay(), pay())
    const other = await shop.till(accountId)
    const before = till.device.journal
    till.loseStorage(3)
    const { proof } = till.parent!
    till.parent = { ...till.parent!, proof: { ...proof, mark: other.head!.mark } as typeof proof }
    expect(await till.denial('till', till.registration())).toBe('403 till_unknown')
    till.parent = { ...till.parent, proof }
    await till.register()
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    expect(await cases()).toEqual([['lost_tail', { journal: before, fromSeq: 1, toSeq: 3, stored: 2 }]])
  })

  test('[F8] a number that is given twice is a fork: the second record is kept and not decided, the till is quarantined', async () => {
    const { shop, till, card, pay, cases, balance } = await scene()
    const holdId = await till.hold(card.id, 10)
    await till.sync(pay(), pay())
    till.seq = 0
    const [again, promised] = [pay(), await promise(till, card, 10, holdId)]
    const { outcomes, head } = await till.sync(again, promised)
    expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual([
      'refused till_quarantined',
      'in_review till_forked',
    ])
    expect(head).toMatchObject({ headSeq: 2, state: 'quarantined', casesOpen: 2 })
    expect(await cases()).toMatchObject([
      ['fork', { journal: till.device.journal, seq: 1 }],
      ['till_forked', { journal: till.device.journal, seq: 2 }],
    ])
    expect(await balance()).toBe(980)
    expect(verdictOf(await till.send(again))).toBe('refused till_quarantined')
    expect(verdictOf(await till.send(pay()))).toBe('refused till_quarantined')
    expect(
      shop.logged.filter((line) => line.includes('till_forked') && line.includes('"error"')),
    ).toHaveLength(1)
    expect((await till.answer('operations', null)).receipts).toHaveLength(5)
  })

  test('[F9] a profile that runs twice: both branches are kept to the last record, neither is decided after the fork', async () => {
    const { manager, till, card, pay, cases, balance } = await scene()
    const holds = [await till.hold(card.id, 10), await till.hold(card.id, 10)] as const
    await till.send(pay())
    const double = till.copy()
    // Both go on from the same head.
    expect(verdictOf(await till.send(pay(till)))).toBe('applied')
    const branches = [
      await promise(double, card, 10, holds[0]),
      pay(double),
      pay(till),
      await promise(till, card, 10, holds[1]),
    ]
    const verdicts: string[] = []
    for (const record of branches) {
      const from = branches.indexOf(record) < 2 ? double : till
      verdicts.push(verdictOf(await from.send(record)))
    }
    expect(verdicts).toEqual([
      'in_review till_forked',
      'refused till_quarantined',
      'refused till_quarantined',
      'in_review till_forked',
    ])
    expect((await cases()).map(([kind]) => kind)).toEqual(['fork', 'till_forked', 'till_forked'])
    const kept = await engine
      .db()
      .read((query) => query.all('select seq from receipt where till_id = $1 order by seq', [till.id]))
    expect(kept.map((row) => row['seq'])).toEqual([1, 2, 2, 3, 3, 4])
    expect(await balance()).toBe(980)
    // Its head has passed all of it, so nothing is sent again and again; both branches are told of the number that they share.
    const { headSeq, atHead } = await double.ping({ headSeq: 3 })
    expect(headSeq).toBe(4)
    expect(atHead.toSorted()).toEqual([branches[1]!.id, branches[2]!.id].toSorted())
    expect((await double.ping({ headSeq: 9 })).atHead).toEqual([branches[3]!.id])
    expect((await double.ping({ headSeq: 0 })).atHead).toEqual([])
    expect(await till.denial('lookup', { number: card.number, entered: 'scanned', hold: null })).toBe(
      '403 till_not_active',
    )
    expect((await manager.ping()).state).toBe('active')
  })

  test('[F9] a copy finds the server’s head above its own and goes on in a new journal; what the original writes then is the fork', async () => {
    const { till, pay, cases } = await scene()
    const double = till.copy()
    await till.sync(pay(), pay())
    double.goOn(2)
    await double.register()
    expect(verdictOf(await double.send(pay(double)))).toBe('applied')
    const run = { journal: till.device.journal, fromSeq: 1, toSeq: 2 }
    expect(await cases()).toEqual([['lost_tail', { ...run, stored: 2 }]])
    expect(verdictOf(await till.send(pay()))).toBe('refused till_quarantined')
    expect(await cases()).toMatchObject([
      ['fork', { journal: till.device.journal, seq: 3 }],
      ['lost_tail', {}],
    ])
    expect(verdictOf(await double.send(pay(double)))).toBe('refused till_quarantined')
  })

  test('[F9] a copy that stayed in a journal which is over can neither bind a session nor go on writing in it', async () => {
    const { shop, till, pay, cases } = await scene()
    await till.send(pay())
    const [double, unsent] = [till.copy(), pay()]
    till.goOn()
    await till.register()
    expect(await double.denial('till', double.registration())).toBe('409 journal_over')
    // What the till itself had not sent before still comes.
    double.seq++
    expect(verdictOf(await double.send(unsent))).toBe('applied')
    shop.time.nowMs += 2 * 3_600_000
    expect(verdictOf(await double.send(pay(double)))).toBe('refused till_quarantined')
    expect((await cases()).map(([kind]) => kind)).toEqual(['fork'])
    expect(await stateOf(till)).toBe('quarantined')
  })

  test('[F9] [T7] two copies that each go on from one journal are a fork once both are used, and neither branch loses a record', async () => {
    const { shop, till, card, pay, cases, balance } = await scene()
    const holdIds = [await till.hold(card.id, 10), await till.hold(card.id, 10)]
    await till.send(pay())
    const double = till.copy()
    for (const one of [till, double]) one.goOn()
    await till.register()
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    const promised = await promise(double, card, 10, holdIds[0])
    expect(await double.denial('sync', double.batch([promised]))).toBe('403 till_unknown')
    await double.register()
    expect((await double.register()).head).toMatchObject({ headSeq: 0, state: 'active' })
    expect(verdictOf(await double.send(promised))).toBe('applied')
    expect(await cases()).toEqual([])
    expect(await balance()).toBe(970)
    // Only now is it known that the first is still there.
    expect(verdictOf(await till.send(pay()))).toBe('refused till_quarantined')
    const fork = { journal: till.device.journal, seq: 2, rival: double.device.journal }
    expect(await cases()).toEqual([['fork', fork]])
    expect(verdictOf(await double.send(await promise(double, card, 10, holdIds[1])))).toBe(
      'in_review till_forked',
    )
    expect(verdictOf(await double.send(pay(double)))).toBe('refused till_quarantined')
    expect(verdictOf(await till.send(pay()))).toBe('refused till_quarantined')
    expect((await cases()).map(([kind]) => kind)).toEqual(['fork', 'till_forked'])
    expect(await balance()).toBe(970)
    // A key that nobody has told, and one that signs for another, sign nothing.
    const known = double.device
    double.device = new TestDevice()
    expect(await double.denial('ping', double.envelope())).toBe('403 till_unknown')
    const forged = { ...double.envelope(), journal: known.journal }
    expect(await double.denial('ping', forged)).toBe('401 signature_invalid')
    expect(shop.logged.filter((line) => line.includes('"signature_invalid"'))).toHaveLength(1)
  })

  test('[F9] a profile that starts from the same image each day goes on each time, and what it sent before stays', async () => {
    const { shop, manager, till, accountId, pay, cases, balance } = await scene()
    await till.send(pay())
    const image = till.copy()
    for (let day = 0; day < 4; day++) {
      const today = image.copy()
      today.goOn()
      await today.reopen(shop.moysklad.hire({ accountId, employeeId: till.employeeId }).key)
      expect(verdictOf(await today.send(pay(today)))).toBe('applied')
      expect(verdictOf(await today.send(pay(today)))).toBe('applied')
      today.goOn()
      await today.register()
      expect(verdictOf(await today.send(pay(today)))).toBe('applied')
      shop.time.nowMs += 24 * 3_600_000
    }
    expect(await cases()).toEqual([])
    expect(await stateOf(till)).toBe('active')
    const { employeeId } = manager
    await manager.reopen(shop.moysklad.hire({ accountId, employeeId, role: 'manager' }).key)
    expect(await balance()).toBe(870)
  })

  test.each([
    'registers again',
    'goes on in another journal',
    'writes in a later one',
    'sends what came before',
  ] as const)('[F9] [T7] a branch that another was begun in place of is a fork where it %s', async (deed) => {
    const { shop, till, pay, cases } = await scene()
    await till.send(pay())
    const other = till.copy()
    till.goOn()
    await till.register()
    const late = pay()
    const middle = till.copy()
    if (deed === 'writes in a later one') {
      till.goOn()
      await till.register()
    }
    other.goOn()
    await other.register()
    expect(await cases()).toEqual([])
    const [journal, rival] = [till.device.journal, other.device.journal]
    switch (deed) {
      case 'registers again':
        expect((await till.register()).head.state).toBe('quarantined')
        break
      case 'goes on in another journal':
        till.goOn()
        expect((await till.register()).head.state).toBe('quarantined')
        break
      case 'writes in a later one':
        expect(verdictOf(await till.send(pay()))).toBe('refused till_quarantined')
        break
      case 'sends what came before':
        expect(verdictOf(await middle.send(late))).toBe('refused till_quarantined')
    }
    expect(await cases()).toMatchObject([['fork', { journal, rival }]])
    expect(await stateOf(till)).toBe('quarantined')
    expect(shop.logged.filter((line) => line.includes('till_forked'))).toHaveLength(1)
  })

  test('[L5] another till’s id with another text is a conflict of records, not a fork of the journal that it came from', async () => {
    const { shop, till, accountId, pay, cases } = await scene()
    const other = await shop.till(accountId)
    const receipt = pay()
    await till.send(receipt)
    expect(verdictOf(await other.send({ ...pay(other), id: receipt.id }))).toBe('in_review receipt_conflict')
    expect((await cases()).map(([kind]) => kind)).toEqual(['receipt_conflict'])
    expect(await stateOf(other)).toBe('active')
    expect(await stateOf(till)).toBe('active')
  })

  test('[J7] a text whose id was taken counts for the head of its journal, also when that is over', async () => {
    const { shop, till, accountId, pay } = await scene()
    const other = await shop.till(accountId)
    const receipt = pay()
    await till.send(receipt)
    await other.send({ ...pay(other), id: receipt.id })
    expect((await other.ping()).headSeq).toBe(1)
    const before = other.copy()
    other.goOn()
    await other.register()
    expect((await before.ping()).headSeq).toBe(1)
  })

  test('[J7] the numbers that were skipped and never came are told, whatever a manager made of the case', async () => {
    const { till, manager, pay } = await scene()
    const [first, second, third, fourth] = Array.from({ length: 4 }, () => pay())
    await till.sync(first!, fourth!)
    expect((await till.ping()).missing).toEqual([2, 3])
    const { cases } = await manager.answer('cases', null)
    await manager.answer('decideCase', { choice: 'acknowledge', note: 'так' }, cases[0]!.id)
    await till.send(third!)
    expect((await till.ping()).missing).toEqual([2])
    await till.send(second!)
    expect((await till.ping()).missing).toEqual([])
  })
})
