import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { seeded, type Random } from '../../src/core/testing/random.ts'
import { type FaultKind, faultKinds, FaultProxy } from './fault-proxy.ts'

let server: Server
let heard: string[]
let proxy: FaultProxy | undefined

beforeEach(async () => {
  // Each server its own: one that was cut off tells of it late.
  const own: string[] = (heard = [])
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      own.push(body)
      response.end(`heard ${body}`)
    })
    request.on('error', () => own.push('half'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  await proxy?.close()
  server.closeAllConnections()
  server.close()
})

/** A line on which every request meets the one fault. */
async function lineOf(kind: FaultKind, rest: Partial<Random> = {}, doors = 1): Promise<FaultProxy> {
  const random: Random = { ...seeded(1), chance: () => true, pick: pickOf(kind), ...rest }
  proxy = await FaultProxy.open({
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    doors,
    random,
    chance: 1,
    loseEvery: Infinity,
    isFaulted: (path) => path.startsWith('/api/'),
  })
  proxy.arm()
  return proxy
}

/** Picks the kind among kinds, and the first of anything else. */
function pickOf(kind: FaultKind): Random['pick'] {
  return <T>(items: readonly T[]): T =>
    (items as readonly unknown[]) === faultKinds ? (kind as T) : items[0]!
}

async function post(line: FaultProxy, text: string, path = '/api/sync'): Promise<string> {
  try {
    const response = await fetch(line.urls[0] + path, {
      method: 'POST',
      body: text,
      signal: AbortSignal.timeout(400),
    })
    const said = await response.text()
    return response.ok ? said : String(response.status)
  } catch {
    return 'nothing'
  }
}

test.each([
  ['delay', 'heard a', ['a']],
  ['overtaken', 'heard a', ['a']],
  ['cut-before', 'nothing', []],
  ['cut-inside-answer', 'nothing', ['long text']],
  ['answer-lost', 'nothing', ['a']],
  ['silence', 'nothing', ['a']],
] as const)('%s: the till hears «%s»', async (kind, said, expected) => {
  const line = await lineOf(kind)
  expect(await post(line, expected[0] ?? 'a')).toBe(said)
  expect(heard).toEqual(expected)
  expect(line.struck[kind]).toBe(1)
})

test('cut-inside-request: the server never has the whole of it', async () => {
  expect(await post(await lineOf('cut-inside-request'), 'a'.repeat(100_000))).toBe('nothing')
  expect(heard).not.toContain('a'.repeat(100_000))
})

test('twice: the server gets the same again', async () => {
  expect(await post(await lineOf('twice'), 'a')).toBe('heard a')
  expect(heard).toEqual(['a', 'a', 'a'])
})

test('late: the server gets what the till has given up after what the till sent later', async () => {
  const line = await lineOf('late', { chance: (p) => p === 1 })
  expect(await post(line, 'first')).toBe('nothing')
  expect(heard).toEqual([])
  expect(await post(line, 'second', '/other')).toBe('heard second')
  await line.disarm()
  expect(heard).toEqual(['second', 'first'])
})

test('storm: this and the next requests end with 5xx', async () => {
  const line = await lineOf('storm', { int: () => 3, chance: (p) => p === 1 })
  expect([await post(line, 'a'), await post(line, 'b'), await post(line, 'c')]).toEqual(['500', '500', '500'])
  expect(heard).toEqual([])
  expect(line.struck.storm).toBe(3)
})

test('what is not faulted passes, and so does everything after the line was mended', async () => {
  const line = await lineOf('cut-before')
  expect(await post(line, 'page', '/w/sale')).toBe('heard page')
  await line.disarm()
  expect(await post(line, 'a')).toBe('heard a')
})

test('every n-th answer is lost, whatever the seed says', async () => {
  proxy = await FaultProxy.open({
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    doors: 1,
    random: seeded(1),
    chance: 0,
    loseEvery: 3,
    isFaulted: () => true,
  })
  proxy.arm()
  const said: string[] = []
  for (const text of 'abcdef') said.push(await post(proxy, text))
  expect(said).toEqual(['heard a', 'heard b', 'nothing', 'heard d', 'heard e', 'nothing'])
  expect(heard).toHaveLength(6)
})
