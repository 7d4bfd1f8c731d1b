/** What decides the price of a row. Price in kopecks, quantity with at most 3 digits after the point, discount in %. */
export type PricedRow = { readonly quantity: number; readonly price: number; readonly discount: number }

export const QUANTITY_SCALE = 1000
export const DISCOUNT_SCALE = 100

/**
 * Kopecks to pay for a row, half a kopeck rounded up. Integers of any size, because price × quantity × discount of a
 * large weighed row passes 2^53.
 */
export function rowSumKopecks(row: PricedRow): number {
  const scaled =
    BigInt(row.price) *
    BigInt(Math.round(row.quantity * QUANTITY_SCALE)) *
    BigInt(100 * DISCOUNT_SCALE - Math.round(row.discount * DISCOUNT_SCALE))
  const scale = BigInt(QUANTITY_SCALE * 100 * DISCOUNT_SCALE)
  return Number((2n * scaled + scale) / (2n * scale))
}

export function saleSumKopecks(rows: readonly PricedRow[]): number {
  return rows.reduce((sum, row) => sum + rowSumKopecks(row), 0)
}
