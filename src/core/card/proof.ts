import * as v from 'valibot'

/** How the number came in (A5): typed numbers are marked for the owner and never work without the line. */
export const Entered = v.picklist(['scanned', 'typed'])
export type Entered = v.InferOutput<typeof Entered>
