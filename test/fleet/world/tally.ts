/** Counts what a run has done and suffered, by name. */
export class Tally {
  readonly counts = new Map<string, number>()

  add(name: string, n = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + n)
  }

  take(other: Tally): void {
    for (const [name, n] of other.counts) this.add(name, n)
  }

  toString(): string {
    return [...this.counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, n]) => `${name} ${n}`)
      .join(', ')
  }
}
