import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../src/core/testing/random.ts'

/** What may happen to a request on its way. */
export const faultKinds = [
  /** Comes late, or its answer does. */
  'delay',
  /** The line is cut before the server has heard anything. */
  'cut-before',
  /** The line is cut inside the request: the server reads half of it. */
  'cut-inside-request',
  /** The line is cut inside the answer. */
  'cut-inside-answer',
  /** The server has done it, and nobody hears. */
  'answer-lost',
  /** The server has done it, and the line stays open without a word. */
  'silence',
  /** The server gets it twice, one after another or both at once. */
  'twice',
  /** The till hears of a cut, and the server gets the request after, or beside, one that the till sent later. */
  'late',
  /** Waits until a request that came later has been answered. */
  'overtaken',
  /** This and some requests after it are answered with 5xx; the server may have done them. */
  'storm',
] as const
export type FaultKind = (typeof faultKinds)[number]

export interface FaultProxyOptions {
  /** Origin of the server. */
  target: string
  /** So many doors are opened, each an origin of its own: a till with a storage of its own goes through each. */
  doors: number
  random: Random
  /** Part of the faulted requests that meet a fault besides the lost answers. */
  chance: number
  /** Every n-th faulted request loses its answer. */
  loseEvery: number
  /** Which requests are faulted, by their path. */
  isFaulted: (path: string) => boolean
}

interface Call {
  method: string
  path: string
  headers: string[]
  body: Buffer
}

interface Reply {
  status: number
  headers: string[]
  body: Buffer
}

interface Door {
  server: Server
  url: string
  /** How many requests the storm still lasts. */
  storm: number
  /** Requests that the till believes to be lost. */
  late: Call[]
}

const delayMaxMs = 120
const overtakenMaxMs = 150
const stormMin = 2
const stormMax = 9
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'proxy-connection'])

/** A bad line between browsers and the server. Everything that it does is drawn from the seed of `random`. */
export class FaultProxy {
  readonly #options: FaultProxyOptions
  readonly #doors: Door[] = []
  readonly #agent = new Agent({ keepAlive: true })
  /** Deliveries that no till waits for. */
  readonly #loose = new Set<Promise<unknown>>()
  #overtaking = new Set<() => void>()
  #armed = false
  /** How often each fault struck. */
  readonly struck: Record<FaultKind, number>
  faulted = 0

  private constructor(options: FaultProxyOptions) {
    this.#options = options
    this.struck = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>
  }

  static async open(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options)
    for (let n = 0; n < options.doors; n++) proxy.#doors.push(await proxy.#openDoor())
    return proxy
  }

  get urls(): string[] {
    return this.#doors.map((door) => door.url)
  }

  /** Until now everything passes. */
  arm(): void {
    this.#armed = true
  }

  /** So many of the next faulted requests of each door find the server out of order. */
  breakFor(requests: number): void {
    for (const door of this.#doors) door.storm = requests
  }

  /** From now on everything passes; what was held back is delivered. */
  async disarm(): Promise<void> {
    this.#armed = false
    for (const door of this.#doors) {
      door.storm = 0
      this.#deliverLate(door)
    }
    while (this.#loose.size > 0) await Promise.all(this.#loose)
  }

  async close(): Promise<void> {
    await this.disarm()
    for (const { server } of this.#doors) {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    }
    this.#agent.destroy()
  }

  async #openDoor(): Promise<Door> {
    const door: Door = { server: createServer(), url: '', storm: 0, late: [] }
    door.server.on('request', (req: IncomingMessage, res: ServerResponse) => {
      // The browser leaves where its patience ends; there is nobody left to tell.
      this.#pass(door, req, res).catch(() => req.socket.destroy())
    })
    await new Promise<void>((resolve) => door.server.listen(0, '127.0.0.1', resolve))
    door.url = `http://127.0.0.1:${(door.server.address() as AddressInfo).port}`
    return door
  }

  async #pass(door: Door, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = req.url ?? '/'
    const fault = this.#armed && this.#options.isFaulted(path) ? this.#draw(door) : null
    if (fault) this.struck[fault]++
    if (fault === 'cut-before') return cut(req)
    const call = {
      method: req.method ?? 'GET',
      path,
      headers: passed(req.rawHeaders),
      body: await bodyOf(req),
    }
    switch (fault) {
      case null:
        return this.#answer(door, call, res)
      case 'delay':
        return this.#delay(door, call, res)
      case 'cut-inside-request':
        await this.#sendHalf(call)
        return cut(req)
      case 'cut-inside-answer':
        return cutInside(await this.#ask(door, call), req, res)
      case 'answer-lost':
        await this.#ask(door, call)
        return cut(req)
      case 'silence':
        await this.#ask(door, call)
        return
      case 'twice':
        return this.#twice(door, call, res)
      case 'late':
        door.late.push(call)
        return cut(req)
      case 'overtaken':
        await this.#letOthersPass()
        return this.#answer(door, call, res)
      case 'storm':
        return this.#break(door, call, res)
    }
  }

  #draw(door: Door): FaultKind | null {
    const { random, chance, loseEvery } = this.#options
    this.faulted++
    if (door.storm > 0) {
      door.storm--
      return 'storm'
    }
    if (this.faulted % loseEvery === 0) return 'answer-lost'
    if (!random.chance(chance)) return null
    const kind = random.pick(faultKinds)
    if (kind === 'storm') door.storm = random.int(stormMin, stormMax) - 1
    return kind
  }

  async #answer(door: Door, call: Call, res: ServerResponse): Promise<void> {
    give(await this.#ask(door, call), res)
  }

  async #delay(door: Door, call: Call, res: ServerResponse): Promise<void> {
    const { random } = this.#options
    await sleep(random.int(0, delayMaxMs))
    const reply = await this.#ask(door, call)
    await sleep(random.int(0, delayMaxMs))
    give(reply, res)
  }

  async #twice(door: Door, call: Call, res: ServerResponse): Promise<void> {
    if (this.#options.random.chance(0.5)) await this.#ask(door, call)
    const [reply] = await Promise.all([this.#ask(door, call), this.#ask(door, call)])
    give(reply, res)
  }

  async #break(door: Door, call: Call, res: ServerResponse): Promise<void> {
    const { random } = this.#options
    const status = random.pick([500, 502, 503, 504])
    if (random.chance(0.3)) await this.#ask(door, call)
    const body = Buffer.from('<html>out of order</html>')
    give({ status, headers: ['content-type', 'text/html'], body }, res)
  }

  /** A request that is answered brings those along that the till has given up: they come after it, or beside it. */
  async #ask(door: Door, call: Call): Promise<Reply> {
    const beside = this.#options.random.chance(0.5)
    if (beside) this.#deliverLate(door)
    const reply = await this.#send(call, call.body.length)
    if (!beside) this.#deliverLate(door)
    for (const pass of this.#overtaking) pass()
    return reply
  }

  #deliverLate(door: Door): void {
    for (const call of door.late.splice(0)) {
      const delivery = this.#send(call, call.body.length)
        .catch(() => undefined)
        .finally(() => this.#loose.delete(delivery))
      this.#loose.add(delivery)
    }
  }

  async #letOthersPass(): Promise<void> {
    await new Promise<void>((resolve) => {
      const pass = () => {
        clearTimeout(timer)
        this.#overtaking.delete(pass)
        resolve()
      }
      const timer = setTimeout(pass, overtakenMaxMs)
      this.#overtaking.add(pass)
    })
  }

  /** The server gets the head and half of the body, then the connection is gone. */
  async #sendHalf(call: Call): Promise<void> {
    await this.#send(call, Math.floor(call.body.length / 2)).catch(() => undefined)
  }

  #send({ method, path, headers, body }: Call, bytes: number): Promise<Reply> {
    const whole = bytes === body.length
    return new Promise((resolve, reject) => {
      // Where the connection is to be broken it may not be one that others use.
      const agent = whole ? this.#agent : false
      const upstream = request(this.#options.target + path, { method, headers, agent }, (answer) => {
        bodyOf(answer).then((read) => {
          resolve({ status: answer.statusCode ?? 502, headers: passed(answer.rawHeaders), body: read })
        }, reject)
      })
      upstream.on('error', reject)
      if (whole) return void upstream.end(body)
      upstream.write(body.subarray(0, bytes), () => upstream.destroy(new Error('cut')))
    })
  }
}

function give({ status, headers, body }: Reply, res: ServerResponse): void {
  res.writeHead(status, headers)
  res.end(body)
}

function cut(req: IncomingMessage): void {
  req.socket.destroy()
}

function cutInside({ status, headers, body }: Reply, req: IncomingMessage, res: ServerResponse): void {
  // The length is told, so that what is missing is seen as missing.
  res.writeHead(status, [...without(headers, 'content-length'), 'content-length', String(body.length)])
  res.write(body.subarray(0, Math.floor(body.length / 2)), () => cut(req))
}

function passed(raw: readonly string[]): string[] {
  return pairs(raw, (name) => !hopByHop.has(name))
}

function without(raw: readonly string[], header: string): string[] {
  return pairs(raw, (name) => name !== header)
}

function pairs(raw: readonly string[], keep: (name: string) => boolean): string[] {
  const kept: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (keep(raw[i]!.toLowerCase())) kept.push(raw[i]!, raw[i + 1]!)
  }
  return kept
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
