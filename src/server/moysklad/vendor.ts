import { SignJWT } from 'jose'
import * as v from 'valibot'
import { AccountId, EmployeeId } from '../../core/ids.ts'
import { tryShape } from '../../core/shape.ts'
import type { Answer, Asking } from './ask.ts'
import { type MoySklad, MoySkladUnreachable } from './moysklad.ts'
import { Employee, toEmployeeContext } from './parse.ts'
import { read } from './read.ts'

export interface VendorConfig {
  /** `https://apps-api.moysklad.ru/api/vendor/1.0` */
  vendorApi: string
  appUid: string
  appSecret: string
}

export interface VendorDeps {
  /** Milliseconds since 1970 UTC. */
  clock: () => number
  newId: () => string
}

/** A cashier waits, also where a user token costs two questions. */
const waitMs = 3_000

/** `POST /context/user`: no rights and no points of sale are in it. */
const Brief = v.object({
  accountId: AccountId,
  userId: EmployeeId,
  // admin, cashier, worker or individual today.
  role: v.nullish(v.string()),
})

/** 3007: unknown, used, too old or another application's; 3008: empty. The official demo finds a code in either place. */
const badTokenCodes = /^_?300[78]$/
const Refusal = v.object({
  code: v.optional(v.unknown()),
  errors: v.optional(v.array(v.object({ code: v.optional(v.unknown()) }))),
})

/** Who is at the screen, by MoySklad's Vendor API 1.0. */
export function createVendorContext(
  config: VendorConfig,
  deps: VendorDeps,
  asking: Asking,
): Pick<MoySklad, 'exchangeContext' | 'exchangeUserToken'> {
  const secret = new TextEncoder().encode(config.appSecret)

  /** A token works once, so every try makes its own. */
  const vendorToken = () =>
    new SignJWT({ sub: config.appUid })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuedAt(Math.floor(deps.clock() / 1000))
      .setJti(deps.newId())
      .sign(secret)

  /** @param post asks one path; all that `work` asks has one time */
  const within = <T>(
    work: (post: (what: string, path: string, body?: object) => Promise<Answer>) => Promise<T>,
  ): Promise<T> =>
    asking.within(waitMs, 'vendor', (question) =>
      work((what, path, body) =>
        asking.ask(question, {
          what,
          method: 'POST',
          url: `${config.vendorApi}${path}`,
          token: vendorToken,
          ...(body && { body }),
        }),
      ),
    )

  return {
    exchangeContext: (contextKey) =>
      within(async (post) => {
        const answer = await post('context', `/context/${encodeURIComponent(contextKey)}`)
        if ([400, 403, 404].includes(answer.status)) return null
        return toEmployeeContext(read('context', answer, Employee))
      }),

    /**
     * The full answer is asked for first. The official demo has it and no document does, so its path may be closed one day:
     * a refusal that does not blame the token leaves the token unused, and the documented short answer is asked for.
     */
    exchangeUserToken: (token) =>
      within(async (post) => {
        const full = await post('user', '/context/user/expand', { token })
        if (!isRefused(full)) return toEmployeeContext(read('user', full, Employee))
        if (isBadToken(full)) return refused(full)
        const short = await post('user in short', '/context/user', { token })
        if (isRefused(short)) return refused(full, short)
        const { accountId, userId, role } = read('user in short', short, Brief)
        return { accountId, employeeId: userId, mayManage: role === 'admin' }
      }),
  }
}

const isRefused = ({ status }: Answer) => [400, 403, 404, 405].includes(status)

/**
 * Where an answer was lost, it may have used the token up: a refusal after it says nothing of who is at the screen.
 *
 * @throws MoySkladUnreachable
 */
function refused(...answers: Answer[]): null {
  if (answers.some(({ afterSilence }) => afterSilence))
    throw new MoySkladUnreachable('user: the token may be used up by a lost answer')
  return null
}

function isBadToken({ text }: Answer): boolean {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // A path that is not there is answered by whatever stands before MoySklad.
    return false
  }
  const refusal = tryShape(Refusal, json)
  if (!refusal.success) return false
  const codes = [refusal.data.code, ...(refusal.data.errors ?? []).map(({ code }) => code)]
  return codes.some(
    (code) => (typeof code === 'string' || typeof code === 'number') && badTokenCodes.test(String(code)),
  )
}
