import preact from '@preact/preset-vite'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { planted } from './test/fleet/planted.ts'
import { drawnSeed } from './test/server/random.ts'
import { chromiumLaunch } from './test/support/chromium.ts'
import { hangMs } from './test/support/hardness.ts'

/** A page on a busy machine takes its time; what has to be quick is measured, and not by waiting. */
const waitMs = hangMs(60_000)

/**
 * Two files at once, also where there are two processors: most of what a browser does for a test is waiting.
 *
 * @param groupOrder a number of workers of its own takes a group of its own
 */
const twoWorkers = (groupOrder: number) => ({ maxWorkers: 2, sequence: { groupOrder } })

/** Where the long forms of this run begin. */
process.env[drawnSeed] = String(Date.now() % 1_000_000_000)

/** A rule that is taken away, to see that the months see it. */
const fault = process.env['PODAROK_FLEET_FAULT']

/** Levels of tests; CONTRIBUTING.md says which one a new test belongs to. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'widget/**/*.test.ts',
            'manifest/**/*.test.ts',
            'test/stories/**/*.test.ts',
            'test/orders/**/*.test.ts',
            'test/faults/**/*.test.ts',
            'test/docs/**/*.test.ts',
            'test/support/**/*.test.ts',
          ],
          exclude: ['**/*.web.test.ts', '**/*.db.test.ts', '**/*.e2e.test.ts', '**/*.faults.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'db',
          include: ['src/**/*.db.test.ts', 'test/**/*.db.test.ts'],
          globalSetup: ['test/support/postgres.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.faults.test.ts'],
          testTimeout: 3_600_000,
          fileParallelism: false,
        },
      },
      {
        plugins: fault === undefined ? [] : [planted(fault)],
        test: {
          name: 'fleet',
          // The cache does not know of a planted fault: it would be taken from a run without one, or left behind for the next.
          fsModuleCache: fault === undefined,
          include: ['test/fleet/**/*.fleet.test.ts'],
          testTimeout: 3_600_000,
          ...twoWorkers(1),
        },
      },
      {
        plugins: [preact()],
        // Found late, a dependency makes Vite reload the page in the middle of a test.
        optimizeDeps: {
          include: [
            'idb',
            'valibot',
            'preact',
            'preact/hooks',
            '@preact/signals-core',
            '@testing-library/preact',
            'axe-core',
          ],
        },
        test: {
          name: 'web',
          include: ['src/**/*.web.test.ts', 'widget/**/*.web.test.tsx', 'widget/**/*.web.test.ts'],
          testTimeout: 60_000,
          expect: { poll: { timeout: waitMs } },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunch() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts', 'src/sandbox/**/*.e2e.test.ts'],
          globalSetup: ['test/support/build.ts'],
          testTimeout: hangMs(300_000),
          hookTimeout: hangMs(300_000),
          expect: { poll: { timeout: waitMs } },
          ...twoWorkers(2),
        },
      },
      {
        test: {
          name: 'kill',
          include: ['test/kill/**/*.kill.test.ts'],
          globalSetup: ['test/support/build.ts'],
          testTimeout: hangMs(300_000),
          hookTimeout: hangMs(300_000),
          expect: { poll: { timeout: waitMs } },
          ...twoWorkers(3),
        },
      },
    ],
  },
})
