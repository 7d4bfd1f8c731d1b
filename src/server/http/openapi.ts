import * as z from 'zod/mini'
import { signatureHeader } from '../../core/wire/tills.ts'
import { type Endpoint, type EndpointName, endpoints, ErrorAnswer } from '../../core/wire/wire.ts'

type Json = Record<string, unknown>

/** What each route does, in one sentence for people. */
export const sentences: Record<EndpointName, string> = {
  health: 'The server is up and its database answers.',
  session: 'Exchanges the context key of the frame for a session of this employee.',
  till: 'Binds the session to a till, known or new; every route below needs that, the manager’s excepted.',
  ping: 'Tells that server and session live, and how much of this till the server has.',
  lookup: 'Finds a card by its number and, if wished, holds money of it or the unsold card itself.',
  hold: 'Makes a hold or changes its sum.',
  release: 'Lets a hold go.',
  sync: 'Takes records of a till in order and answers each with its outcome; sending again is safe.',
  syncRaw: 'Stores one record that the server could not process and opens a case; decides nothing.',
  saveDraft: 'Keeps a copy of a draft, so that it outlives the browser.',
  dropDraft: 'Forgets a draft that was committed or given up, and lets its holds go.',
  match: 'Finds which saved sale a draft was prepared for.',
  sale: 'A sale of MoySklad and what cards did for it.',
  operations: 'The last receipts of this till, newest first.',
  saveProgramme: 'Sets the rules of the account’s cards.',
  addCards: 'Adds cards: unsold ones, or live ones with their balance.',
  rotate: 'Begins a new epoch of a till with a new key.',
  grant: 'Gives a till a new permission to promise offline, in place of the one it gives back.',
  book: 'A page of the cards that a till may know without the line.',
  policy: 'What the owner allows offline.',
  savePolicy: 'Sets what the owner allows offline.',
  risk: 'The most that can be lost offline, as one number.',
  closeGrant: 'Ends a grant whose till will not come back.',
  releaseHeld: 'Ends a hold of a till that keeps silent; the loss, if any, is the owner’s.',
  tills: 'The tills of the account and how they stand.',
  tillState: 'Shuts a till out, lets it in again, or has it start anew.',
  cases: 'What a human must know or decide.',
  decideCase: 'Decides a case.',
  watch: 'What an owner should look at because insiders might do it.',
}

function securityOf({ access, signed }: Endpoint): Json[] {
  if (access === 'open') return []
  return [{ ...(access !== 'device' && { session: [] }), ...(signed && { signature: [] }) }]
}

const schemaOf = (schema: z.ZodMiniType, io: 'input' | 'output'): Json => {
  const json: Json = { ...z.toJSONSchema(schema, { io, unrepresentable: 'any' }) }
  // The document as a whole says which dialect it speaks.
  delete json['$schema']
  return json
}
const jsonOf = (schema: z.ZodMiniType, io: 'input' | 'output') => ({
  'application/json': { schema: schemaOf(schema, io) },
})

/** The API document (OpenAPI 3.1), made from the same schemas that check every request. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {}
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const endpoint: Endpoint = endpoints[name]
    paths[endpoint.path] = {
      ...paths[endpoint.path],
      [endpoint.method.toLowerCase()]: operationOf(name, endpoint),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Podarok',
      version: '1',
      description:
        'Gift cards at the MoySklad checkout. Money is in minor units, moments in milliseconds since 1970 UTC.',
    },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'http', scheme: 'bearer' },
        signature: { type: 'apiKey', in: 'header', name: signatureHeader },
      },
    },
  }
}

function operationOf(name: EndpointName, endpoint: Endpoint): Json {
  const parameter = /\{(\w+)\}/.exec(endpoint.path)?.[1]
  return {
    operationId: name,
    summary: sentences[name],
    security: securityOf(endpoint),
    ...(endpoint.access === 'manager' && { description: 'For managers.' }),
    ...(parameter && {
      parameters: [
        { name: parameter, in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
      ],
    }),
    ...(endpoint.request && { requestBody: { required: true, content: jsonOf(endpoint.request, 'input') } }),
    responses: {
      '200': { description: 'The answer.', content: jsonOf(endpoint.answer, 'output') },
      '4XX': {
        description: 'Understood and refused; nothing was changed.',
        content: jsonOf(ErrorAnswer, 'output'),
      },
      '5XX': { description: 'Unknown: send the same again.', content: jsonOf(ErrorAnswer, 'output') },
    },
  }
}
