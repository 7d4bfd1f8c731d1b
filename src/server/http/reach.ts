import type { Deps } from '../deps.ts'
import { ApiError } from './errors.ts'
import { errorFacts } from '../log.ts'

/** Asks MoySklad for something the answer cannot do without. @throws ApiError when MoySklad is away */
export async function reach<T>({ log }: Pick<Deps, 'log'>, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    log.warn({ event: 'moysklad_unreachable', error: errorFacts(error).error })
    throw new ApiError('moysklad_unreachable')
  }
}
