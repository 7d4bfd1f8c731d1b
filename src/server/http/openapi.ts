import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { dayForm } from '../../core/card/validity.ts'
import { ownUuidForm, uuidForm } from '../../core/ids.ts'
import { signatureHeader } from '../../core/wire/tills.ts'
import { type Endpoint, type EndpointName, endpoints } from '../../core/wire/endpoints.ts'
import { ErrorAnswer } from '../../core/wire/errors.ts'

type Json = Record<string, unknown>

function securityOf({ access, signed }: Endpoint): Json[] {
  if (access === 'open') return []
  return [{ ...(access !== 'device' && { session: [] }), ...(signed && { signature: [] }) }]
}

/** What a client's generator knows by name: the library sees only that it is a pattern. */
const formats = new Map<RegExp, string>([
  [uuidForm, 'uuid'],
  [ownUuidForm, 'uuid'],
  [dayForm, 'date'],
])

const schemaOf = (schema: v.GenericSchema, io: 'input' | 'output'): Json => {
  const json: Json = {
    ...toJsonSchema(schema, {
      typeMode: io,
      ignoreActions: ['check', 'finite', 'brand'],
      overrideAction: ({ valibotAction, jsonSchema }) => {
        const form = 'requirement' in valibotAction ? valibotAction.requirement : null
        const format = form instanceof RegExp && formats.get(form)
        return format ? { ...jsonSchema, pattern: form.source, format } : null
      },
    }),
  }
  // The document as a whole says which dialect it speaks.
  delete json['$schema']
  return json
}
const jsonOf = (schema: v.GenericSchema, io: 'input' | 'output') => ({
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
    summary: endpoint.sentence,
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
