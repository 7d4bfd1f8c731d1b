import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Level, type LevelEnd, runLevel, summary } from './levels.ts'

/** A level that is played by a script; `counts(passed, failed, files)` is what vitest would report. */
function levelOf(script: string, limitMs = 60_000): Level {
  const counts = `const counts = (numPassedTests, numFailedTests, testResults = []) => require('node:fs').writeFileSync(
    process.argv[1], JSON.stringify({ numPassedTests, numFailedTests, numPendingTests: 1, numTodoTests: 0, testResults }))`
  return {
    name: 'played',
    command: (reportFile) => [process.execPath, '-e', `${counts}\n${script}`, reportFile],
    limitMs,
  }
}

const endOf = async (script: string, limitMs?: number) => {
  const { passed, failed, fault } = await runLevel(levelOf(script, limitMs))
  return { passed, failed, fault }
}

describe('a level of tests', () => {
  it('ends with its counts and with all that it said', async () => {
    const end = await runLevel(levelOf('console.log("out"); console.error("err"); counts(3, 0)'))
    expect(end).toMatchObject({ passed: 3, failed: 0, skipped: 1, fault: null })
    expect(end.output.split('\n').sort()).toEqual(['', 'err', 'out'])
  })

  it('is red by its failed tests', async () => {
    expect(await endOf('counts(3, 2); process.exit(1)')).toEqual({ passed: 3, failed: 2, fault: null })
  })

  it('names its failed tests and files, and why they failed', async () => {
    const files = [
      {
        ...{ name: 'a.test.ts', status: 'failed', message: '' },
        assertionResults: [
          { fullName: 'a sale is saved', status: 'passed', failureMessages: [] },
          { fullName: 'a card pays', status: 'failed', failureMessages: ['expected 1\nto be 2'] },
        ],
      },
      { name: 'b.test.ts', status: 'failed', message: 'cannot be read', assertionResults: [] },
    ]
    const end = await runLevel(levelOf(`counts(1, 1, ${JSON.stringify(files)}); process.exit(1)`))
    expect(end.failures).toEqual([
      'a card pays\n    expected 1\n    to be 2',
      'b.test.ts\n    cannot be read',
    ])
  })

  it('counts as failed when it ends badly, whatever its counts', async () => {
    expect(await endOf('counts(3, 0); process.exit(1)')).toEqual({
      passed: 3,
      failed: 1,
      fault: 'it ended with code 1',
    })
    expect(await endOf('counts(3, 2); process.exit(7)')).toMatchObject({ fault: 'it ended with code 7' })
    expect(await endOf('process.kill(process.pid, "SIGKILL")')).toEqual({
      passed: 0,
      failed: 1,
      fault: 'it was ended by SIGKILL',
    })
  })

  it('counts as failed when it ends well without its report', async () => {
    const untold = { passed: 0, failed: 1, fault: 'it ended without a report' }
    expect(await endOf('')).toEqual(untold)
    expect(await endOf('require("node:fs").writeFileSync(process.argv[1], "{")')).toEqual(untold)
  })

  it('is ended when it hangs, with the processes that it has started', async () => {
    const child = `const door = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(door.address().port))`
    const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}],
      { stdio: ['ignore', 'inherit', 'inherit'] }); for (;;);`
    // The process that never comes to its senses may be slow to start another one on a busy machine, so it is not counted on.
    const end = await runLevel(levelOf(script, 5_000))
    expect(end).toMatchObject({ passed: 0, failed: 1, fault: 'it was not over after 5 s' })
    // All are killed at once, and on a busy machine the system takes its time to clear one of them away.
    for (const port of end.output.split('\n').filter(Boolean))
      await expect.poll(() => isOpen(Number(port)), { timeout: 30_000 }).toBe(false)
  })
})

it('the last line of a run is the sum of its levels, alone', () => {
  const end = (rest: Partial<LevelEnd>): LevelEnd => ({
    ...{
      name: 'unit',
      passed: 0,
      failed: 0,
      skipped: 0,
      tookMs: 61_000,
      fault: null,
      failures: [],
      output: '',
    },
    ...rest,
  })
  const lines = (...ends: LevelEnd[]) => summary(ends).split('\n')
  expect(lines(end({ passed: 500 }), end({ name: 'e2e', passed: 86, failed: 1 })).at(-1)).toBe(
    '586 passed, 1 failed',
  )
  const told = lines(end({ passed: 5, skipped: 2 }), end({ name: 'kill', failed: 1, fault: 'it hung' }))
  expect(told).toEqual([
    'unit       61 s  5 passed, 0 failed, 2 skipped',
    'kill       61 s  0 passed, 1 failed; it hung',
    '',
    '5 passed, 1 failed, 2 skipped',
  ])
  const failed = lines(end({ name: 'e2e', failed: 1, failures: ['a card pays\n    expected 1'] }))
  expect(failed.slice(0, 3)).toEqual(['e2e: a card pays', '    expected 1', ''])
})

function isOpen(port: number): Promise<boolean> {
  return new Promise((tell) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      tell(true)
    })
    socket.once('error', () => tell(false))
  })
}
