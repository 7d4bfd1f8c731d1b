import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import type { EmployeeId } from '../../src/core/ids.ts'
import { redeem, TestTill } from '../server/test-till.ts'
import { addCard, programmeOf, verdictOf } from '../server/world.ts'
import type { SyncAnswer } from '../../src/core/wire.ts'

/** More than a run can spend, one kopeck at a time. */
export const openingKopecks = 1_000_000_000

/** Redemptions over HTTP: every worker is a till with a connection and a card of its own, all of one account. */
export async function redeemOurs(
  url: string,
  workers: number,
): Promise<{ once: (worker: number) => Promise<void>; close: () => void }> {
  const agent = new Agent({ keepAlive: true, maxSockets: workers })
  const open = (role: string) => {
    const employee = randomUUID() as EmployeeId
    return TestTill.open((path, init) => fetch(url + path, init), `${role}.${employee}`, employee, Date.now)
  }
  const manager = await open('manager')
  await manager.answer('saveProgramme', programmeOf())
  const scenes: { till: TestTill; cardId: Awaited<ReturnType<typeof addCard>>['id'] }[] = []
  for (let n = 0; n < workers; n++) {
    scenes.push({
      till: await open('cashier'),
      cardId: (await addCard(manager, { paid: openingKopecks })).id,
    })
  }
  return {
    async once(worker) {
      const { till, cardId } = scenes[worker]!
      const body = JSON.stringify(till.batch([till.receipt([redeem(cardId, 1)])]))
      const answer = JSON.parse(await post(agent, url, till.token, body)) as SyncAnswer
      const verdict = verdictOf(answer.outcomes[0]?.outcome)
      if (verdict !== 'applied') throw new Error(`a redemption of the bench was not applied: ${verdict}`)
    },
    close: () => agent.destroy(),
  }
}

/** Plain `node:http`: the client shares the machine with the server, so it does as little as it can. */
function post(agent: Agent, url: string, token: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${url}/api/sync`,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve(text))
        response.on('error', reject)
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}
