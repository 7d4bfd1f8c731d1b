import { moscowMinute, moscowTime } from './moscow-time.ts'
import type { ShiftView } from './page/wire/ui-wire.ts'
import { DocumentRefused } from './payments.ts'

/** The retail shifts of the one point of sale: at most one is open. */
export function createShifts(options: {
  stored: readonly ShiftView[]
  now: () => number
  newId: () => string
  persist: () => void
}) {
  const { now, newId, persist } = options
  const shifts = [...options.stored]
  const current = (): ShiftView | undefined => shifts.find((shift) => shift.closeDate === null)

  return {
    /** Oldest first. */
    list: (): readonly ShiftView[] => shifts,
    get: (id: string): ShiftView | undefined => shifts.find((shift) => shift.id === id),
    current,
    /** The open one if there is one: a point of sale has no two. */
    open(): ShiftView {
      const opened = current()
      if (opened !== undefined) return opened
      const name = String(shifts.length + 1).padStart(5, '0')
      const shift = { id: newId(), name, moment: moscowTime(now()), closeDate: null }
      shifts.push(shift)
      persist()
      return shift
    },
    /** @throws DocumentRefused 12004 */
    close(id: string): ShiftView {
      const index = shifts.findIndex((shift) => shift.id === id)
      const shift = shifts[index]
      if (shift === undefined || shift.closeDate !== null) {
        throw new DocumentRefused(12004, 'Ошибка закрытия розничной смены: розничная смена закрыта')
      }
      // Its precision is a minute.
      const closed = { ...shift, closeDate: moscowMinute(now()) }
      shifts[index] = closed
      persist()
      return closed
    },
  }
}
