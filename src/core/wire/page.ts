import * as v from 'valibot'

/** In the answer of a list: where its next page begins, for the server to read alone; null after the last one. */
export const nextPage = v.nullable(v.pipe(v.string(), v.maxLength(200)))
