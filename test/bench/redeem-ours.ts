import { randomUUID } from 'node:crypto'
import type { EmployeeId } from '../../src/core/ids.ts'
import { redeem, programmeOf } from '../../src/core/testing/builders.ts'
import { TestTill } from '../server/test-till.ts'
import { addCard, verdictOf } from '../server/world.ts'
import type { SyncAnswer } from '../../src/core/wire/tills.ts'
import { HttpLine, type SignedBody } from './http-line.ts'

/** More than a run can spend, one kopeck at a time. */
export const openingKopecks = 1_000_000_000

/** Redemptions over HTTP: every worker is a till with a connection and a card of its own, all of one account. */
export async function redeemOurs(
  url: string,
  workers: number,
): Promise<{ once: (worker: number) => Promise<void>; close: () => void }> {
  const open = (role: string) => {
    const employee = randomUUID() as EmployeeId
    return TestTill.open((path, init) => fetch(url + path, init), `${role}.${employee}`, employee, Date.now)
  }
  const manager = await open('manager')
  await manager.answer('saveProgramme', programmeOf())
  const scenes: { line: HttpLine; next: () => SignedBody; ready: SignedBody }[] = []
  for (let n = 0; n < workers; n++) {
    const till = await open('cashier')
    const { id } = await addCard(manager, { paid: openingKopecks })
    const next = () => {
      const body = JSON.stringify(till.batch([till.receipt([redeem(id, 1)])]))
      return { body, signature: till.device.sign(body) }
    }
    scenes.push({ line: await HttpLine.open(url, '/api/sync'), next, ready: next() })
  }
  return {
    async once(worker) {
      const scene = scenes[worker]!
      const answered = scene.line.post(scene.ready)
      // While the server decides, the till writes its next record: a till's own work is no part of a redemption.
      scene.ready = scene.next()
      const answer = JSON.parse(await answered) as SyncAnswer
      const verdict = verdictOf(answer.outcomes[0]?.outcome)
      if (verdict !== 'applied') throw new Error(`a redemption of the bench was not applied: ${verdict}`)
    },
    close: () => scenes.forEach(({ line }) => line.close()),
  }
}
