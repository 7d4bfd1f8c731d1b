import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Answer } from './line.ts'

type Fetch = Parameters<typeof getRequestListener>[0]

/**
 * The way into the server as a request takes it that came over a socket: the real server's adapter, without the socket.
 * It hands the body over in one piece, and takes the answer so.
 */
export function doorway(fetch: Fetch): (path: string, init: RequestInit) => Promise<Answer> {
  const listen = getRequestListener(fetch)
  return async (path, init) => {
    const answer: Answer = { status: 0, text: '' }
    await listen(incomingOf(path, init), outgoingInto(answer))
    return answer
  }
}

/** As much of an IncomingMessage as the adapter reads. */
function incomingOf(path: string, { method, headers: said, body }: RequestInit): IncomingMessage {
  const rawBody = body === null || body === undefined ? null : Buffer.from(body as string | Uint8Array)
  const headers: Record<string, string> = { host: 'localhost' }
  for (const [name, value] of Object.entries(said as Record<string, string>))
    headers[name.toLowerCase()] = value
  if (rawBody) headers['content-length'] = String(rawBody.length)
  return {
    method: method ?? 'GET',
    url: path,
    headers,
    rawHeaders: Object.entries(headers).flat(),
    readableEnded: true,
    ...(rawBody && { rawBody }),
  } as unknown as IncomingMessage
}

/** As much of a ServerResponse as the adapter writes. */
function outgoingInto(answer: Answer): ServerResponse {
  return {
    writableFinished: true,
    on: () => undefined,
    once: () => undefined,
    hasHeader: () => false,
    writeHead: (status: number) => void (answer.status = status),
    end: (text: string | undefined) => void (answer.text = text ?? ''),
  } as unknown as ServerResponse
}
