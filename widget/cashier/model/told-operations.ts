import { computed, type ReadonlySignal, signal } from '@preact/signals-core'
import { isUnreachable } from '../../../src/client/api/api.ts'
import type { ToldReceipt } from '../../../src/core/wire/receipts.ts'
import type { Result } from './result.ts'
import type { TillPort } from './till-port.ts'

export interface ToldDeps {
  api: TillPort['api']
  results: ReadonlySignal<readonly Result[]>
  log: (event: string, error: unknown) => void
}

/**
 * What the server tells of this till's last operations, asked for when somebody looks: the number of the sale and who did
 * it, and operations that this browser has lost or never kept (J13).
 */
export class ToldOperations {
  readonly #deps: ToldDeps
  readonly #receipts = signal<readonly ToldReceipt[]>([])

  /** Operations of this till that are not among the results, newest first. */
  readonly others = computed(() => {
    const { results } = this.#deps
    return this.#receipts.value.filter(
      ({ own, operations }) =>
        own &&
        // The double of another receipt did nothing.
        !(own.outcome.status === 'applied' && own.outcome.by !== null) &&
        operations.some(({ kind }) => kind !== 'void' && kind !== 'link') &&
        !results.value.some((result) => isOf(result, own.id)),
    )
  })

  constructor(deps: ToldDeps) {
    this.#deps = deps
  }

  /** Null where the server has not told of it. */
  of(result: Result): ToldReceipt | null {
    return this.#receipts.value.find(({ own }) => own && isOf(result, own.id)) ?? null
  }

  /** Without the line what was told last stays. */
  async look(): Promise<void> {
    try {
      this.#receipts.value = (await this.#deps.api('operations', null)).receipts
    } catch (error) {
      if (!isUnreachable(error)) this.#deps.log('operations_not_told', error)
    }
  }
}

const isOf = ({ record, promise }: Result, id: string) => record.id === id || promise?.record.id === id
