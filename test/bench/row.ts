/** One line of the bench: ours beside a peer that ran in the same minutes on the same machine. */
export interface BenchRow {
  name: string
  ours: number
  /** The peer's figure; the budget itself where the budget is absolute. */
  peer: number
  /** ours ÷ peer */
  ratio: number
  /** The bound as people read it, and what it bounds: `≤ 1.3` the ratio, `≤ 300 ms` the figure. */
  budget: string
  unit: string
  ok: boolean
}

/** A row whose budget is an upper bound of the figure itself, so that the budget is the peer. */
export function absoluteRow(name: string, ours: number, ceiling: number, unit: string): BenchRow {
  return {
    name,
    ours: round(ours),
    peer: ceiling,
    ratio: round(ours / ceiling),
    budget: `≤ ${ceiling} ${unit}`,
    unit,
    ok: ours <= ceiling,
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('no figures were taken')
  return middle
}

export const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length

export const round = (figure: number) => Math.round(figure * 100) / 100
