import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { Int, tryShape } from '../../src/core/shape.ts'

/** One level of tests: a run of vitest that is a process of its own, so that none can take another one with it. */
export interface Level {
  name: string
  /** Starts it; told in which file its report is looked for. */
  command: (reportFile: string) => [string, ...string[]]
  /** A level that takes longer hangs: it is ended and counts as failed. */
  limitMs: number
  /** Lets the other levels go first. */
  yields?: boolean
}

export interface LevelEnd {
  name: string
  passed: number
  failed: number
  skipped: number
  tookMs: number
  /** Why nothing of it may be called passed, beyond tests that failed; null when it came to its end. */
  fault: string | null
  /** A text for each test that failed: its name, and why. */
  failures: string[]
  output: string
}

/** What vitest's JSON report says of a run. */
const Report = v.object({
  numPassedTests: Int,
  numFailedTests: Int,
  numPendingTests: Int,
  numTodoTests: Int,
  testResults: v.array(
    v.object({
      name: v.string(),
      status: v.string(),
      /** Why the file could not be run; empty otherwise. */
      message: v.string(),
      assertionResults: v.array(
        v.object({
          fullName: v.string(),
          status: v.string(),
          failureMessages: v.nullish(v.array(v.string())),
        }),
      ),
    }),
  ),
})

/**
 * A third of an equal's share of a busy processor. At 10 it is a tenth, and beside two busy loops, which never stop, such
 * a level would take an hour.
 */
const yielding = 5

const running = new Set<ChildProcess>()
let isBrokenOff = false

/** Runs a level to its end, whatever the end is; never rejects for what the level does. */
export async function runLevel(level: Level): Promise<LevelEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'podarok-level-'))
  const reportFile = join(folder, 'report.json')
  const startedAt = performance.now()
  try {
    const { output, code, how } = isBrokenOff ? notRun : await runCommand(level, reportFile)
    const report = reportIn(reportFile)
    const { passed, failed, skipped, failures } = report ?? noReport
    const tookMs = performance.now() - startedAt
    let fault: string | null = null
    if (report === null) fault = how ?? 'it ended without a report'
    else if (how !== null && !(failed > 0 && code === testsFailedCode)) fault = how
    return {
      name: level.name,
      passed,
      failed: fault === null ? failed : Math.max(1, failed),
      ...{ skipped, tookMs, fault, failures, output },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Ends everything that runs and starts nothing more, as for a person who breaks the run off. */
export function breakOff(): void {
  isBrokenOff = true
  for (const child of running) end(child)
}

interface Run {
  output: string
  code: number | null
  /** How it ended, when that was not well. */
  how: string | null
}

const notRun: Run = { output: '', code: null, how: 'the run was broken off' }
/** Vitest's word for tests that failed, and for other errors as well. */
const testsFailedCode = 1

function runCommand(level: Level, reportFile: string): Promise<Run> {
  const [program, ...args] = level.command(reportFile)
  return new Promise((done) => {
    // A group of its own: what a level has started is ended with it.
    const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    if (level.yields && child.pid !== undefined) setPriority(child.pid, yielding)
    let output = ''
    let late = false
    const hear = (chunk: string) => (output += chunk)
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear)
    const limit = setTimeout(() => {
      late = true
      end(child)
    }, level.limitMs)
    const over = (code: number | null, how: string | null) => {
      clearTimeout(limit)
      running.delete(child)
      // Whoever is left of it would disturb the next level.
      end(child)
      done({ output, code, how })
    }
    child.on('error', (error) => over(null, `it could not be started: ${error.message}`))
    // Not `close`: a process that was left behind may keep the pipes open for ever.
    child.on('exit', (code, signal) => setImmediate(over, code, howEnded(code, signal)))
    const howEnded = (code: number | null, signal: NodeJS.Signals | null) => {
      if (late) return `it was not over after ${level.limitMs / 1_000} s`
      if (signal) return isBrokenOff ? notRun.how : `it was ended by ${signal}`
      return code === 0 ? null : `it ended with code ${code}`
    }
  })
}

function end(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    // Nobody of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

type Told = Pick<LevelEnd, 'passed' | 'failed' | 'skipped' | 'failures'>

const noReport: Told = { passed: 0, failed: 0, skipped: 0, failures: [] }

function reportIn(file: string): Told | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const tried = tryShape(Report, jsonOf(text))
  if (!tried.success) return null
  const report = tried.data
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: report.testResults.flatMap(({ name, status, message, assertionResults }) => {
      const tests = assertionResults.filter((one) => one.status === 'failed')
      if (tests.length === 0) return status === 'failed' ? [failure(name, [message])] : []
      return tests.map((one) => failure(one.fullName, one.failureMessages ?? []))
    }),
  }
}

/** So much of a message is told: what was waited for, and what was there instead. */
const toldLines = 40

function failure(name: string, messages: readonly string[]): string {
  const said = messages.join('\n').split('\n')
  // The runner's own places in the stack tell nothing.
  const lines = said.filter((line) => !line.includes('/node_modules/')).slice(0, toldLines)
  return [name, ...lines.map((line) => `    ${line}`)].join('\n')
}

/** Undefined for a text that was cut off with its writer. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * The tests that failed, what each level came to and how long it took, and on a line of its own the sum:
 * `12 passed, 0 failed`.
 */
export function summary(ends: readonly LevelEnd[]): string {
  const sum = (what: 'passed' | 'failed' | 'skipped') => ends.reduce((total, one) => total + one[what], 0)
  const counted = (passed: number, failed: number, skipped: number) =>
    `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  const failures = ends.flatMap((end) => end.failures.map((text) => `${end.name}: ${text}\n`))
  const lines = ends.map(({ name, passed, failed, skipped, tookMs, fault }) => {
    const seconds = `${(tookMs / 1_000).toFixed(0)} s`.padStart(6)
    const why = fault === null ? '' : `; ${fault}`
    return `${name.padEnd(8)} ${seconds}  ${counted(passed, failed, skipped)}${why}`
  })
  return [...failures, ...lines, '', counted(sum('passed'), sum('failed'), sum('skipped'))].join('\n')
}
