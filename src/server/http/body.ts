import type { Context } from 'hono'
import * as v from 'valibot'
import { wireVersion } from '../../core/receipt/version.ts'
import type { AccountId, JournalId, TillId } from '../../core/ids.ts'
import type { Session } from '../ledger/tills/sessions.ts'
import { ApiError } from './errors.ts'
import { type Fault, tryShape } from '../../core/shape.ts'

export interface Device {
  accountId: AccountId
  tillId: TillId
  journal: JournalId
}

export type Env = {
  Variables: {
    session: Session
    tokenHash: string
    /** Whose signature the body bears. */
    device: Device
    body: ReadBody
    /** The till that the session speaks for. */
    tillId: TillId
  }
}

const bodyBytesMax = 256 * 1024
/** Records travel as texts inside a JSON text: quotation marks are escaped, so a batch is larger than its records. */
export const signedBytesMax = 3 * bodyBytesMax

const Versioned = v.object({ wire: v.string() })

const answerHeaders = {
  'content-type': 'application/json',
  // Answers hold balances and the only copy of a token.
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

/**
 * An answer of the API. Its headers are given at once: set afterwards, they would turn a text that is written in one go
 * into a stream that is read again before it is written.
 */
export function answerJson(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: answerHeaders })
}

/** A body as it came. A signed one may not be read away by whoever checks its signature, so it is kept with the request. */
interface ReadBody {
  bytes: Uint8Array
  json: unknown
}

/** The bytes of a body, as they stand, and what they say. @throws ApiError for a body that is too large or no JSON */
export async function readRaw(c: Context, bytesMax = bodyBytesMax): Promise<ReadBody> {
  const kept = c.get('body') as ReadBody | undefined
  if (kept) return kept
  const bytes = await readBytes(c, bytesMax)
  const read = { bytes, json: parseJson(textOf(bytes)) }
  c.set('body', read)
  return read
}

/**
 * Reads and checks the body of a request.
 *
 * @throws ApiError for a body that is too large, no JSON, or of another shape; it tells the place, never the contents
 */
export async function readBody<S extends v.GenericSchema>(
  c: Context,
  schema: S,
  bytesMax = bodyBytesMax,
): Promise<v.InferOutput<S>> {
  const { json } = await readRaw(c, bytesMax)
  const parsed = tryShape(schema, json)
  if (parsed.success) return parsed.data
  throw new ApiError('body_invalid', { detail: placeOf(parsed.error.faults) })
}

/** @throws ApiError for a body that names another version of the wire, before its shape is judged */
export async function requireVersion(c: Context, bytesMax = bodyBytesMax): Promise<void> {
  const { json } = await readRaw(c, bytesMax)
  const named = tryShape(Versioned, json)
  if (named.success && named.data.wire !== wireVersion) throw new ApiError('wire_version_unknown')
}

/** The `{id}` of a path. */
export function readId<S extends v.GenericSchema>(c: Context, schema: S): v.InferOutput<S> {
  const parsed = tryShape(schema, c.req.param('id'))
  if (parsed.success) return parsed.data
  throw new ApiError('body_invalid', { detail: 'id' })
}

/** Names of our own schemas only: a key that the caller invented may be anything, a card number included. */
function placeOf(faults: readonly Fault[]): string {
  const first = faults[0]
  if (!first) return 'body'
  const path = first.path.join('.') || 'body'
  return first.unknownKey ? `${path}: лишние поля` : path
}

async function readBytes(c: Context, bytesMax: number): Promise<Uint8Array> {
  const announced = c.req.header('content-length')
  if (Number(announced ?? 0) > bytesMax) throw new ApiError('body_too_large')
  // HTTP itself cuts a body at its announced length; only one without a length must be watched while it comes.
  const bytes = announced === undefined ? await readWatched(c, bytesMax) : await uncut(c.req.arrayBuffer())
  if (bytes.byteLength > bytesMax) throw new ApiError('body_too_large')
  return bytes
}

/** A line that is cut inside a body is no fault of the server's: nobody hears the answer, and nobody has to look. */
async function uncut(body: Promise<ArrayBuffer>): Promise<Uint8Array> {
  try {
    return new Uint8Array(await body)
  } catch {
    throw new ApiError('body_invalid', { detail: 'обрыв' })
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ApiError('body_invalid', { detail: 'UTF-8' })
  }
}

async function readWatched(c: Context, bytesMax: number): Promise<Uint8Array> {
  const body = c.req.raw.body
  if (!body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > bytesMax) throw new ApiError('body_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the text, which may hold a number.
    throw new ApiError('body_invalid', { detail: 'JSON' })
  }
}
