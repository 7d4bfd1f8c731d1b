import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { benchAppend } from './append.ts'
import { benchDrain } from './drain.ts'
import { benchRedeem } from './redeem.ts'
import type { BenchRow } from './row.ts'
import { benchStartUp } from './start-up.ts'

/**
 * `npm run bench`: our figures beside a peer's of the same run. It measures and does not judge: a missed budget is said
 * and written down, and the exit code stays 0. `npm run bench -- redeem` runs one part and writes nothing down.
 */

const root = join(import.meta.dirname, '../..')
const resultsFile = join(root, 'bench-results.json')

const benches = { 'start-up': benchStartUp, append: benchAppend, drain: benchDrain, redeem: benchRedeem }
const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !(name in benches))
if (unknown) throw new Error(`no bench is called ${unknown}: ${Object.keys(benches).join(', ')}`)

// The server looks for the widget from the root.
process.chdir(root)
// Budgets are about what is shipped, so the widget is built anew where it is measured.
if (wanted.length === 0 || wanted.includes('start-up')) await build({ logLevel: 'warn' })

const rows: BenchRow[] = []
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.error(`${name} …`)
  rows.push(...(await bench()))
}

printTable(rows)
sayMissed(rows.filter((row) => !row.ok))
const machine = { node: process.version, cpus: cpus().length, load: loadavg()[0] }
// Figures of different runs do not stand beside each other.
if (wanted.length === 0)
  writeFileSync(resultsFile, JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 2) + '\n')

function printTable(rows: readonly BenchRow[]): void {
  const cells = rows.map(({ name, ours, peer, ratio, budget, unit, ok }) => [
    name,
    `${ours} ${unit}`,
    `${peer} ${unit}`,
    ratio.toFixed(2),
    budget,
    ok ? 'yes' : 'NO',
  ])
  const table = [['row', 'ours', 'peer', 'ratio', 'budget', 'ok'], ...cells]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)))
  for (const line of table) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join(' | ')
        .trimEnd(),
    )
  }
}

function sayMissed(missed: readonly BenchRow[]): void {
  if (missed.length === 0) return console.log('\nEvery budget is kept.')
  console.log(`\nMissed, ${missed.length} of ${rows.length}:`)
  for (const { name, ours, unit, ratio, budget } of missed) {
    console.log(`  ${name}: ${ours} ${unit}, ratio ${ratio.toFixed(2)}, budget ${budget}`)
  }
}
