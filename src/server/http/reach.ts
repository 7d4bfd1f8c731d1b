import type { Deps } from '../deps.ts'
import { ApiError } from './errors.ts'
import { errorFacts } from '../log.ts'

/** Asks MoySklad for something the answer cannot do without. @throws ApiError when MoySklad is away */
export async function reach<T>(deps: Pick<Deps, 'log'>, ask: () => Promise<T>): Promise<T> {
  const reached = await tryReach(deps, ask)
  if (!reached) throw new ApiError('moysklad_unreachable')
  return reached.told
}

/** Asks MoySklad for something the answer can do without. @returns null when MoySklad is away */
export async function tryReach<T>(
  { log }: Pick<Deps, 'log'>,
  ask: () => Promise<T>,
): Promise<{ told: T } | null> {
  try {
    return { told: await ask() }
  } catch (error) {
    log.warn({ event: 'moysklad_unreachable', error: errorFacts(error).error })
    return null
  }
}
