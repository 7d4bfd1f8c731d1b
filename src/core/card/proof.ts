import * as z from 'zod/mini'

/** How the number came in (A5): typed numbers are marked for the owner and never work without the line. */
export const Entered = z.enum(['scanned', 'typed'])
export type Entered = z.infer<typeof Entered>
