import type { Context } from 'hono'
import type { AnswerOf, EndpointName } from '../../core/wire/endpoints.ts'
import type { Env } from './body.ts'

/** Answers one endpoint; `c.var.session` is there unless the endpoint is open. */
export type Handler<N extends EndpointName> = (c: Context<Env>) => Promise<AnswerOf<N>>

/** A handler for every endpoint of the wire: a missing one does not compile. */
export type Handlers = { [N in EndpointName]: Handler<N> }
