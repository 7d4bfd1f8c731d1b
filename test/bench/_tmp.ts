import { benchDrain } from './drain.ts'
console.table(
  (await benchDrain()).map(({ name, ours, peer, ratio, budget, ok }) => ({
    name,
    ours,
    peer,
    ratio,
    budget,
    ok,
  })),
)
