import { spawnSync } from 'node:child_process'
import { chromiumPath } from './chromium.ts'

/** What must be there before any test runs. Missing things are installed where that is possible, or named. */

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  fail(
    `The tests need Node 24, this is ${process.version}. On Linux "npm ci" brings it (package node-linux-…); ` +
      'elsewhere install Node 24 and run again.',
  )
}

if (!chromiumPath()) installChromium()

function installChromium(): void {
  const debian = spawnSync('apt-get', ['--version']).status === 0
  if (!debian || process.getuid?.() !== 0) {
    fail(
      'The tests need Chromium. Install it (on Debian: apt-get install -y chromium) or name it in PODAROK_CHROMIUM.',
    )
  }
  console.log('Chromium is missing: installing it with apt-get …')
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const run = spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (run.status !== 0) fail(`apt-get ${args.join(' ')} failed; install Chromium by hand and run again.`)
  }
  if (!chromiumPath())
    fail('apt-get installed Chromium, but it is not where it should be; name it in PODAROK_CHROMIUM.')
}

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
