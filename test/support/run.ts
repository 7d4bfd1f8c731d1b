import { join } from 'node:path'
import buildPages from './build.ts'
import { hangMs } from './hardness.ts'
import { breakOff, type Level, type LevelEnd, runLevel, summary } from './levels.ts'

/**
 * `npm test`: every level runs, also when another one is red, and the last line is the sum of all.
 *
 * A browser's tests mostly wait, and the months of the fleet only compute, on a clock of their own. So the fleet runs
 * beside all others and takes what they leave of the processors; what is left over runs two by two, or in two workers.
 */
const minute = 60_000
// Most processes of a run are servers that start, and reading their TypeScript is most of what a start takes.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../../node_modules/.cache/node-compile')

const level = (name: string, limitMinutes: number): Level => ({
  name,
  command: (reportFile) => [
    process.execPath,
    ...['node_modules/vitest/vitest.mjs', 'run', '--project', name],
    ...['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${reportFile}`],
  ],
  limitMs: hangMs(limitMinutes * minute),
})

const steps: Level[][] = [
  [level('unit', 15), level('web', 15)],
  [level('db', 20), level('faults', 20)],
  [level('e2e', 30)],
  [level('kill', 20)],
]
const beside: Level = { ...level('fleet', 60), yields: true }

const ends: LevelEnd[] = []

async function tell(one: Level): Promise<void> {
  console.log(`${one.name} …`)
  const end = await runLevel(one)
  ends.push(end)
  // In one piece: levels run beside each other.
  console.log(end.output)
  if (end.fault !== null) console.log(`The level ${end.name} failed: ${end.fault}.\n`)
}

async function inTurn(): Promise<void> {
  for (const step of steps) await Promise.all(step.map(tell))
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, breakOff)

// Once for all levels. Where it fails, those that need the pages try it again, and say why they are red.
await buildPages().catch((error: unknown) => console.error(error))
await Promise.all([tell(beside), inTurn()])
console.log(`\n${summary(ends)}`)
process.exitCode = ends.every(({ failed }) => failed === 0) ? 0 : 1
