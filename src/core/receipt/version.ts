/** The version of wire and journal records. Records of a released version are understood for ever (J9). */
export const wireVersion = 'v1'

/** A longer receipt is nothing that a till writes. */
export const receiptBytesMax = 64 * 1024
