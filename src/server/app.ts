import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { type Endpoint, type EndpointName, endpoints } from '../core/wire/endpoints.ts'
import type { Deps } from './deps.ts'
import { ApiError } from './http/errors.ts'
import { answerJson, type Env } from './http/body.ts'
import { errorFacts } from './log.ts'
import { openApiDocument } from './http/openapi.ts'
import { book } from './routes/book.ts'
import { cases, decideCase } from './routes/cases.ts'
import { watch } from './routes/watch.ts'
import { addCards } from './routes/cards.ts'
import { dropDraft, saveDraft } from './routes/drafts.ts'
import type { Handlers } from './http/handler.ts'
import { health } from './routes/health.ts'
import { operations, sale } from './routes/history.ts'
import { hold, release, releaseHeld } from './routes/holds.ts'
import { lookups } from './routes/lookup.ts'
import { match } from './routes/match.ts'
import { closeGrant, grant, policy, risk, savePolicy } from './routes/offline.ts'
import { ping } from './routes/ping.ts'
import { saveProgramme } from './routes/programme.ts'
import { session } from './routes/session.ts'
import { sync, syncRaw } from './routes/sync.ts'
import { till } from './routes/till.ts'
import { tills, tillState } from './routes/tills.ts'
import { requireSigned } from './http/signed.ts'
import { requireManager, requireSession, requireTill } from './http/sessions.ts'
import { widgetFiles } from './http/static.ts'

/** The server as a function from requests to answers; it opens no port and reads no environment. */
export function createApp(deps: Deps): Hono<Env> {
  const app = new Hono<Env>()
  const handlers: Handlers = {
    health: health(deps),
    session: session(deps),
    till: till(deps),
    ping: ping(deps),
    ...lookups(deps),
    hold: hold(deps),
    release: release(deps),
    sync: sync(deps),
    syncRaw: syncRaw(deps),
    saveDraft: saveDraft(deps),
    dropDraft: dropDraft(deps),
    match: match(deps),
    sale: sale(deps),
    operations: operations(deps),
    saveProgramme: saveProgramme(deps),
    addCards: addCards(deps),
    grant: grant(deps),
    book: book(deps),
    policy: policy(deps),
    savePolicy: savePolicy(deps),
    risk: risk(deps),
    closeGrant: closeGrant(deps),
    releaseHeld: releaseHeld(deps),
    tills: tills(deps),
    tillState: tillState(deps),
    cases: cases(deps),
    decideCase: decideCase(deps),
    watch: watch(deps),
  }

  let document: ReturnType<typeof openApiDocument> | undefined
  app.get('/api/openapi.json', () => answerJson((document ??= openApiDocument())))
  registerEndpoints(app, deps, handlers)
  app.route('/', widgetFiles(deps))

  app.notFound(() => answerError(new ApiError('not_found')))
  app.onError((error, c) => {
    if (error instanceof ApiError) return answerError(error)
    deps.log.error({ event: 'request_failed', method: c.req.method, route: routeOf(c), ...errorFacts(error) })
    return answerError(new ApiError('internal'))
  })
  return app
}

function registerEndpoints(app: Hono<Env>, deps: Deps, handlers: Handlers): void {
  const guard = requireSession(deps)
  const signature = requireSigned(deps)
  const guardsOf = (name: EndpointName, { access, signed }: Endpoint): MiddlewareHandler<Env>[] => {
    if (access === 'open') return []
    if (access === 'device') return [signature]
    if (access === 'manager') return [guard, requireManager]
    // The till that a session is to be bound to brings the key that it signs with.
    if (name === 'till') return [(c, next) => (c.req.header('authorization') ? guard(c, next) : next())]
    return signed ? [guard, requireTill, signature] : [guard, requireTill]
  }
  const entries = Object.entries<Endpoint>(endpoints) as [EndpointName, Endpoint][]
  // A fixed path goes before a path with a parameter, which would take it for an id.
  entries.sort(([, a], [, b]) => Number(a.path.includes('{')) - Number(b.path.includes('{')))
  const paths = new Set<string>()
  for (const [name, endpoint] of entries) {
    const path = endpoint.path.replace(/\{(\w+)\}/, ':$1')
    paths.add(path)
    app.on(endpoint.method, [path], ...guardsOf(name, endpoint), async (c) =>
      answerJson(await handlers[name](c)),
    )
  }
  for (const path of paths) {
    app.all(path, () => {
      throw new ApiError('not_found', { status: 405 })
    })
  }
}

function answerError({ code, message, nonce, status }: ApiError): Response {
  return answerJson({ error: { code, message, ...(nonce !== null && { nonce }) } }, status)
}

/** The pattern, not the address: an address may hold what no log may keep. */
function routeOf(c: Context): string {
  const name = Object.entries<Endpoint>(endpoints).find(([, { path }]) =>
    new RegExp(`^${path.replace(/\{\w+\}/, '[^/]+')}$`).test(c.req.path),
  )
  return name?.[1].path ?? 'other'
}
