import type * as memory from '../../src/client/journal/memory.ts'
import type * as supply from '../../src/client/outage/supply.ts'
import type * as operations from './operations.tsx'
import type * as operationsEn from './words/operations-en.ts'
import type * as operationsRu from './words/operations-ru.ts'

/** What follows the engine, by the names in manifest/pages.ts. */
export interface LaterParts {
  operations: typeof operations
  'operations-ru': typeof operationsRu
  'operations-en': typeof operationsEn
  memory: typeof memory
  supply: typeof supply
}

/**
 * Resolves when the part is there, however long that takes. Such a part uses the engine's code: it has to find the engine
 * that runs, and not start a second one.
 *
 * @param known the engine's own `import()` of it: the bundler then leaves in the engine what the two share
 * @param engine where the engine came from
 */
export type LoadLater = <P extends keyof LaterParts>(
  name: P,
  known: () => Promise<LaterParts[P]>,
  engine: string,
) => Promise<LaterParts[P]>
