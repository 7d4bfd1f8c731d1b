import { signatureHeader } from '../../src/core/wire/tills.ts'
import { connect, type Socket } from 'node:net'

export interface SignedBody {
  body: string
  signature: string
}

/**
 * One kept-alive HTTP connection that asks and waits, as load generators do: a request is written in one piece, an answer
 * is read by its `content-length`. The client shares the machine with the server, and Node's own takes twice the
 * processor time.
 */
export class HttpLine {
  readonly #socket: Socket
  readonly #head: string
  #read: Buffer = Buffer.alloc(0)
  #waiting: { resolve: (text: string) => void; reject: (error: Error) => void } | null = null

  private constructor(socket: Socket, head: string) {
    this.#socket = socket
    this.#head = head
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', (error) => this.#waiting?.reject(error))
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')))
  }

  static async open(url: string, path: string): Promise<HttpLine> {
    const { hostname, port, host } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n` + 'content-type: application/json\r\n'
    return new HttpLine(socket, head)
  }

  /** @returns the body of the answer. @throws for any status but 200 */
  post({ body, signature }: SignedBody): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(
        `${this.#head}${signatureHeader}: ${signature}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk])
    const headEnd = this.#read.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const head = this.#read.toString('latin1', 0, headEnd)
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    const bodyEnd = headEnd + 4 + Number(length)
    if (length !== undefined && this.#read.length < bodyEnd) return
    const body = this.#read.toString('utf8', headEnd + 4, bodyEnd)
    this.#read = this.#read.subarray(bodyEnd)
    const waiting = this.#waiting
    this.#waiting = null
    if (head.startsWith('HTTP/1.1 200 ') && length !== undefined) waiting?.resolve(body)
    else waiting?.reject(new Error(`the server answered ${head.split('\r\n', 1)[0]}`))
  }
}
