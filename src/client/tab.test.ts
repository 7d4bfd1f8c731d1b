import { describe, expect, it, vi } from 'vitest'
import { openTab } from './tab.ts'

function storage() {
  const rows = new Map<string, string>()
  return {
    getItem: (key: string) => rows.get(key) ?? null,
    setItem: (key: string, value: string) => void rows.set(key, value),
  }
}
let ids = 0
const newId = () => `id-${++ids}`
const log = vi.fn()

describe('a browser tab', () => {
  it('[M3] has one name and one order for all its frames', () => {
    const shared = storage()
    const [form, saved] = [openTab(() => shared, newId, log), openTab(() => shared, newId, log)]
    expect(form.name).toBe(saved.name)
    expect([form.turn(), saved.turn(), saved.turn(), form.turn()]).toEqual([1, 2, 3, 4])
  })

  it('[M3] knows what was opened in it before, in any frame, also when that is told late', () => {
    const shared = storage()
    const [form, saved] = [openTab(() => shared, newId, log), openTab(() => shared, newId, log)]
    expect(form.opened(1, null)).toBe(0)
    expect(saved.opened(3, 'a')).toBe(1)
    expect(saved.opened(4, 'a')).toBe(1)
    expect(form.opened(7, null)).toBe(4)
    // Its frame was loading at 5.
    expect(saved.opened(5, 'b')).toBe(4)
    expect(saved.opened(9, 'a')).toBe(7)
    for (let turn = 10; turn < 90; turn++) form.opened(turn, null)
    expect(shared.getItem('podarok-opens')!.split(' ')).toHaveLength(20)
  })

  it('[P2c] tells a frame whether its document is the one that is open', () => {
    const shared = storage()
    const [form, saved] = [openTab(() => shared, newId, log), openTab(() => shared, newId, log)]
    const shown = () => [form.isShown(), saved.isShown()]
    expect(shown()).toEqual([false, false])
    form.opened(1, null)
    expect(shown()).toEqual([true, false])
    saved.opened(4, 'a')
    expect(shown()).toEqual([false, true])
    // Told late: its frame was loading at 3.
    form.opened(3, null)
    expect(shown()).toEqual([false, true])
    form.opened(5, null)
    expect(shown()).toEqual([true, false])
  })

  it('[M3] is another one than its neighbour', () => {
    expect(openTab(storage, newId, log).name).not.toBe(openTab(storage, newId, log).name)
  })

  it('goes on counting when its page is loaded anew', () => {
    const shared = storage()
    openTab(() => shared, newId, log).turn()
    expect(openTab(() => shared, newId, log).turn()).toBe(2)
  })

  it('[M3] is a tab of its own from the moment at which storage is full', () => {
    const shared = storage()
    const [form, saved] = [openTab(() => shared, newId, log), openTab(() => shared, newId, log)]
    form.turn()
    shared.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    expect([saved.turn(), saved.turn()]).toEqual([3, 4])
    expect(saved.name).not.toBe(form.name)
  })

  it('is a tab of its own where the browser denies storage', () => {
    const denied = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    const tab = openTab(denied, newId, log)
    expect([tab.turn(), tab.turn()]).toEqual([1, 2])
    expect(log).toHaveBeenCalledWith('session_storage', expect.anything())
  })
})
