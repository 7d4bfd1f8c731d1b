import type { AccountId } from '../../src/core/ids.ts'
import { TestTill } from '../server/test-till.ts'
import type { Truth } from './truth.ts'
import type { ServerMachine } from './world/server-machine.ts'

/** The manager: whatever he presses goes straight to the server. */
export class Boss {
  readonly accountId: AccountId
  till: TestTill
  readonly #server: ServerMachine
  readonly #key: string
  readonly #nowMs: () => number

  private constructor(
    server: ServerMachine,
    accountId: AccountId,
    key: string,
    till: TestTill,
    nowMs: () => number,
  ) {
    this.#server = server
    this.accountId = accountId
    this.#key = key
    this.till = till
    this.#nowMs = nowMs
  }

  static async hire(
    server: ServerMachine,
    accountId: AccountId,
    _truth: Truth,
    nowMs: () => number,
  ): Promise<Boss> {
    const { key } = server.moysklad.hire({ accountId, role: 'manager' })
    return new Boss(server, accountId, key, await logIn(server, key, nowMs), nowMs)
  }

  /** A session lives for a shift. */
  async logIn(): Promise<void> {
    this.till = await logIn(this.#server, this.#key, this.#nowMs)
  }
}

function logIn(server: ServerMachine, key: string, nowMs: () => number): Promise<TestTill> {
  const fetch = async (path: string, init: RequestInit) => {
    const answer = await server.handle(path, init)
    if (!answer) throw new Error('the server is down')
    return new Response(answer.text, { status: answer.status })
  }
  const person = server.moysklad.people.get(key)!
  return TestTill.open(fetch, key, person.employeeId, nowMs)
}
