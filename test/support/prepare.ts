import { spawnSync } from 'node:child_process'
import { chromiumPath } from './chromium.ts'
import { firefoxPath } from './firefox.ts'

/**
 * What must be there before any test runs. Missing things are installed where that is possible, or named. Without Firefox its
 * own tests are left out, unless `PODAROK_ALL_BROWSERS` says that nothing may be.
 */

const browsers = [
  { name: 'Chromium', pack: 'chromium', variable: 'PODAROK_CHROMIUM', path: chromiumPath, needed: true },
  {
    name: 'Firefox',
    pack: 'firefox-esr',
    variable: 'PODAROK_FIREFOX',
    path: firefoxPath,
    needed: (process.env['PODAROK_ALL_BROWSERS'] ?? '') !== '',
  },
] as const
type Browser = (typeof browsers)[number]

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  fail(
    `The tests need Node 24, this is ${process.version}. On Linux "npm ci" brings it (package node-linux-…); ` +
      'elsewhere install Node 24 and run again.',
  )
}

const missing = browsers.filter(({ path }) => !path())
if (missing.length > 0) {
  if (canInstall()) install(missing)
  for (const browser of browsers) if (!browser.path()) lack(browser)
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0
}

function install(wanted: readonly Browser[]): void {
  console.log(`${wanted.map(({ name }) => name).join(' and ')} missing: installing with apt-get …`)
  const packs = wanted.map(({ pack }) => ['install', '-y', '--no-install-recommends', pack])
  for (const args of [['update'], ...packs]) {
    const run = spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (run.status !== 0) console.error(`apt-get ${args.join(' ')} failed.`)
  }
}

function lack({ name, pack, variable, needed }: Browser): void {
  const remedy = `Install it (on Debian: apt-get install -y ${pack}) or name it in ${variable}.`
  if (needed) fail(`The tests need ${name}. ${remedy}`)
  console.log(`${name} is missing: the tests that are played in it are left out. ${remedy}`)
}

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
