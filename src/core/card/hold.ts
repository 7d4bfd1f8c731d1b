/** How long a till may promise on a hold, and how long the server keeps the money for a silent till (O2). */
export const holdUseMs = 15 * 60_000
export const holdKeepMs = 72 * 3_600_000
