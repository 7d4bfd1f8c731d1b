import { beforeEach, describe, expect, it } from 'vitest'
import type { HostMessageOf } from '../../core/host/host-messages.ts'
import type { DocumentId } from '../../core/ids.ts'
import { goodsSale } from '../../core/testing/builders.ts'
import { HeadlessHost, stateOf } from './headless-host.ts'

const documentId = '5b1d0c3e-7a10-11f0-0a80-0c0200000a01' as DocumentId
const sale = stateOf(goodsSale(150_000))

describe('the headless host', () => {
  let host: HeadlessHost
  let timers: (() => void)[]
  let saves: HostMessageOf<'Save'>[]
  beforeEach(() => {
    timers = []
    saves = []
    let turns = 0
    host = new HeadlessHost({ tab: { turn: () => ++turns }, setTimeout: (work) => timers.push(work) })
    host.listen({ open: () => undefined, change: () => undefined, save: (message) => saves.push(message) })
  })

  it('saves what was not edited without asking, and tells the frame of saved sales alone', async () => {
    host.open(null)
    expect(await host.save(documentId)).toBeNull()
    expect(saves).toEqual([])
    host.open(documentId)
    expect(await host.save(documentId)).toBeNull()
    expect(saves).toMatchObject([{ objectId: documentId }])
  })

  it('[M5] saves an edit only when the last Change was answered valid', async () => {
    host.open(documentId)
    const first = host.change(sale)
    const second = host.change(sale)
    host.verdict(second, 'Проверяем карту, подождите')
    host.verdict(first, null)
    expect(await host.save(documentId)).toBe('Проверяем карту, подождите')
    expect(saves).toEqual([])
    host.verdict(second, null)
    expect(await host.save(documentId)).toBeNull()
    expect(saves).toHaveLength(1)
  })

  it('[M5] waits for a verdict, and does not save when none comes', async () => {
    host.open(null)
    const late = host.change(sale)
    const saved = host.save(documentId)
    host.verdict(late, null)
    expect(await saved).toBeNull()
    host.change(sale)
    const silent = host.save(documentId)
    for (const timer of timers) timer()
    expect(await silent).toBe('Приложение не отвечает')
  })

  it('tells who waits of answers as they come', async () => {
    const openId = host.open(documentId)
    const changeId = host.change(sale)
    const answers = Promise.all([host.uncovered(openId), host.answered(changeId)])
    host.verdict(changeId, 'Нет')
    host.openFeedback(openId)
    expect(await answers).toEqual([undefined, 'Нет'])
    expect(host.verdictOn(changeId + 1)).toBeUndefined()
  })
})
