import { readdirSync, readFileSync } from 'node:fs'

/** So long all pages compute, and then they stand still for as many times as long as it takes. */
const runMs = 10
/** New pages are looked for so often. */
const lookMs = 200

let isSlowed = false

/**
 * Makes all pages that this process has open, and will open, compute so many times slower: their renderers are stopped most of the
 * time. Chromium's own throttling has them compute in a circle instead, so that ten slow pages make the machine slow, and the
 * servers on it, where a cashier has one.
 *
 * @throws where processes cannot be found by `/proc`
 */
export function slowDown(rate: number): void {
  if (rate <= 1 || isSlowed) return
  isSlowed = true
  let pages: number[] = []
  let lookedMs = -Infinity
  const all = (signal: 'SIGSTOP' | 'SIGCONT') => {
    pages = pages.filter((pid) => hasGot(pid, signal))
  }
  const run = () => {
    all('SIGCONT')
    if (performance.now() - lookedMs > lookMs) {
      pages = renderersBelow(process.pid)
      lookedMs = performance.now()
    }
    setTimeout(stop, runMs)
  }
  const stop = () => {
    all('SIGSTOP')
    setTimeout(run, runMs * (rate - 1))
  }
  process.on('exit', () => all('SIGCONT'))
  run()
}

function hasGot(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

function renderersBelow(root: number): number[] {
  const parents = new Map<number, number>()
  const renderers: number[] = []
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    try {
      // The name in brackets may hold anything; the parent is the second word behind it.
      const behind = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!
      parents.set(pid, Number(behind.split(' ')[1]))
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) renderers.push(pid)
    } catch {
      // It is gone by now.
    }
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid)
    return parent === root || (parent !== undefined && parent > 1 && isBelow(parent))
  }
  return renderers.filter(isBelow)
}
