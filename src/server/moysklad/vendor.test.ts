import { describe, expect, test } from 'vitest'
import type { StoreId } from '../../core/ids.ts'
import { MoySkladUnreachable } from './moysklad.ts'
import { accountId, employee, employeeId, setup as setUp } from './testing/moysklad-rig.ts'

const storeId = 'aa000000-0000-11f0-0a80-000000000001' as StoreId
const userToken = '0f3c9a4477d1e2b35a6677889900aabbccddeeff'
const brief = { accountId, userId: employeeId, userUid: 'cashier1@shop', role: 'cashier' }
const errors = (code: unknown) => ({ errors: [{ error: 'Токен не найден', code }] })

type Answer = [number, unknown] | Error

/** MoySklad's Vendor API as a function from a path to a status and a body. */
function setup(answer: (path: string) => Answer) {
  const pathOf = (url: URL) => url.pathname.replace('/api/vendor/1.0', '')
  const { moysklad, calls } = setUp((url) => answer(pathOf(url)))
  return { moysklad, calls, paths: () => calls.map(({ url }) => pathOf(new URL(url))) }
}

/** One after the other. */
const inTurn = (...answers: Answer[]) => {
  const left = [...answers]
  return () => left.shift()!
}

const shortOnly =
  (refusal: Answer): ((path: string) => Answer) =>
  (path) =>
    path === '/context/user' ? [200, brief] : refusal

describe('a user token', () => {
  test('[A1] goes in the body and becomes an employee with all that a context key tells', async () => {
    const { moysklad, calls, paths } = setup(() => [200, employee])
    expect(await moysklad.exchangeUserToken(userToken)).toEqual({
      accountId,
      employeeId,
      name: 'Иванова А.',
      role: 'cashier',
      maySell: true,
      storeIds: [storeId],
    })
    expect(paths()).toEqual(['/context/user/expand'])
    expect(calls[0]).toMatchObject({ method: 'POST', body: { token: userToken } })
    expect(calls[0]!.headers.get('content-type')).toBe('application/json')
    expect(calls[0]!.headers.get('accept-encoding')).toBe('gzip')
  })

  test.each<[string, Answer]>([
    ['the path is not there', [404, '<html>404</html>']],
    ['MoySklad says so without a code', [404, { errors: [{ error: 'Не найдено' }] }]],
    ['this application may not ask it', [403, errors(1016)]],
    ['it is asked in another way', [405, '']],
  ])('[A1] is exchanged for the short answer where the full one is closed: %s', async (_, refusal) => {
    const { moysklad, calls, paths } = setup(shortOnly(refusal))
    const told = { accountId, employeeId, mayManage: false }
    expect(await moysklad.exchangeUserToken(userToken)).toEqual(told)
    expect(paths()).toEqual(['/context/user/expand', '/context/user'])
    expect(calls[1]!.body).toEqual({ token: userToken })
    // A vendor token works once.
    const tokens = calls.map(({ headers }) => headers.get('authorization'))
    expect(tokens[0]).not.toBe(tokens[1])
  })

  test.each([
    ['admin', true],
    ['cashier', false],
    ['worker', false],
    ['individual', false],
    ['a word of tomorrow', false],
    [null, false],
  ])('[A3] of the role %s may manage by the short answer: %s', async (role, mayManage) => {
    const { moysklad } = setup((path) => (path === '/context/user' ? [200, { ...brief, role }] : [404, '']))
    expect(await moysklad.exchangeUserToken(userToken)).toMatchObject({ mayManage })
  })

  test.each<[string, Answer]>([
    ['used, unknown or too old', [404, errors(3007)]],
    ['the same in the demo’s spelling', [404, errors('_3007')]],
    ['with its code on top', [404, { code: 3007 }]],
    ['empty', [400, errors(3008)]],
  ])('[A1] that is no good is asked about once and opens nothing: %s', async (_, refusal) => {
    const { moysklad, paths } = setup(shortOnly(refusal))
    expect(await moysklad.exchangeUserToken(userToken)).toBeNull()
    expect(paths()).toEqual(['/context/user/expand'])
  })

  test('[A1] of a platform that knows neither question opens nothing', async () => {
    const { moysklad } = setup(() => [404, {}])
    expect(await moysklad.exchangeUserToken(userToken)).toBeNull()
  })

  test.each<[string, (path: string) => Answer]>([
    ['no answer', () => new TypeError(`fetch failed ${userToken}`)],
    ['our own token is refused, and the user’s is not used up', () => [401, errors(1056)]],
    ['an answer of another shape', () => [200, { id: userToken }]],
    ['no JSON', () => [200, `{"${userToken}`]],
    ['a broken server', () => [500, userToken]],
    ['a short answer of another shape', (path) => (path === '/context/user' ? [200, {}] : [404, ''])],
  ])('[A8] is never in an error, and silence is told from a refusal: %s', async (_, answer) => {
    const error = await setup(answer)
      .moysklad.exchangeUserToken(userToken)
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(MoySkladUnreachable)
    expect(`${(error as Error).stack} ${String((error as Error).cause)}`).not.toContain(userToken)
  })

  const lost = new TypeError('fetch failed')
  const used: Answer = [404, errors(3007)]
  test('[A1] is asked about again after a lost answer, by a fresh token of ours', async () => {
    const { moysklad, calls } = setup(inTurn(lost, [200, employee]))
    expect(await moysklad.exchangeUserToken(userToken)).toMatchObject({ maySell: true })
    const tokens = calls.map(({ headers }) => headers.get('authorization'))
    expect(new Set(tokens).size).toBe(2)
  })

  test.each<[string, Answer[]]>([
    ['lost', [lost, used]],
    ['broken', [[502, ''], used]],
    ['of the full question lost', [lost, [403, ''], used]],
    ['of the short question lost', [[403, ''], lost, used]],
  ])('[A1] that a lost answer may have used up is silence, and no refusal: %s', async (_, answers) => {
    const { moysklad, calls } = setup(inTurn(...answers))
    await expect(moysklad.exchangeUserToken(userToken)).rejects.toBeInstanceOf(MoySkladUnreachable)
    expect(calls).toHaveLength(answers.length)
  })

  test('[A1] that is refused after MoySklad was busy is refused', async () => {
    const { moysklad } = setup(inTurn([429, ''], used))
    expect(await moysklad.exchangeUserToken(userToken)).toBeNull()
  })

  test('[A3] of an employee who has left gives no right', async () => {
    const permissions = { admin: { view: 'ALL' }, retaildemand: { create: 'ALL' } }
    const { moysklad } = setup(() => [200, { ...employee, permissions, archived: true }])
    expect(await moysklad.exchangeUserToken(userToken)).toMatchObject({ role: 'cashier', maySell: false })
  })
})
