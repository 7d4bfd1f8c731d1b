import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import type { Documents } from './documents.ts'
import { FaultRequest, type Faults } from './faults.ts'
import type { FrameLoads } from './frame-loads.ts'
import { apiError } from './json-errors.ts'
import type { Line } from './line.ts'
import { SwitchRequest, type CardStates } from './page/wire/ui-wire.ts'
import type { PresentCards } from './present-cards.ts'
import { ProductRefused } from './product-calls.ts'
import { usualLimits, type RateGuard } from './rate-limits.ts'
import type { Switches } from './switches.ts'
import { Int, type ShapeError, tryShape } from '../core/shape.ts'

const limit = v.pipe(Int, v.minValue(0))
const LimitsRequest = v.strictObject({
  requests: v.optional(limit, usualLimits.requests),
  parallel: v.optional(limit, usualLimits.parallel),
})

export type ControlDeps = {
  documents: Documents
  faults: Faults
  frameLoads: FrameLoads
  line: Line
  presentCards: PresentCards
  rateGuard: RateGuard
  switches: Switches
}

/** The handles of the box itself. They work in every state of the line. */
export function createControl({
  documents,
  faults,
  frameLoads,
  line,
  presentCards,
  rateGuard,
  switches,
}: ControlDeps): Hono {
  const app = new Hono()
  const state = () => ({
    ...switches.state(),
    line: line.isUp() ? 'up' : 'down',
    faults: faults.list(),
  })

  app.get('/state', (c) => c.json(state()))
  app.post('/switch', async (c) => {
    const request = tryShape(SwitchRequest, await json(c))
    if (!request.success) return refused(c, request.error)
    await switches.set(request.data)
    return c.json(state())
  })
  app.post('/fault', async (c) => {
    const request = tryShape(FaultRequest, await json(c))
    if (!request.success) return refused(c, request.error)
    return c.json(faults.add(request.data), 201)
  })
  app.delete('/faults', (c) => {
    faults.clear(c.req.query('path'))
    return c.json(state())
  })
  /** Fewer requests than usual make MoySklad answer 429; what is not named is as usual. */
  app.post('/limits', async (c) => {
    const request = tryShape(LimitsRequest, await json(c))
    if (!request.success) return refused(c, request.error)
    rateGuard.set(request.data)
    return c.json(rateGuard.limits())
  })
  app.get('/cards', async (c) => {
    try {
      const states: CardStates = { cards: await presentCards.read() }
      return c.json(states)
    } catch (error) {
      if (error instanceof ProductRefused)
        return apiError(c, 502, `сервер «Подарка» ответил ошибкой ${error.status}`)
      // What `fetch` throws when nobody answers.
      if (error instanceof TypeError) return apiError(c, 503, 'сервер «Подарка» не отвечает')
      throw error
    }
  })
  /** A fiscal register has printed the receipt of a sale. */
  app.post('/cheques/:id', (c) => {
    const sale = documents.printCheque(c.req.param('id'))
    return sale === undefined ? apiError(c, 404, 'Продажа не найдена', 1021) : c.json(sale)
  })
  app.get('/documents', (c) => c.json({ sales: documents.list() }))
  app.get('/frame-loads/:contextKey', (c) =>
    c.json({ status: frameLoads.statusOf(c.req.param('contextKey')) }),
  )
  return app
}

/** Undefined for a body that is not JSON: no schema accepts it, so it is refused with the others. */
async function json(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function refused(c: Context, error: ShapeError): Response {
  return c.json({ error: error.message }, 400)
}
