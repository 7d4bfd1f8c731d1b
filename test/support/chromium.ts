import { existsSync } from 'node:fs'
import type { LaunchOptions } from 'playwright-core'

/**
 * Playwright switches storage partitioning off, and then a cross-site frame shares storage with its own site, as no
 * browser of today does: a test would prove nothing. Its list of disabled features is one argument, so the very string
 * has to be taken out and given again without that one name. An upgrade of Playwright may change the string; the
 * end-to-end tests assert that partitioning is on and fail then.
 */
const disabledByPlaywright = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
]

/** Beside each window Chromium makes two pages for what its address bar may suggest: almost half of what a window costs. */
const addressBar = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup']

const disableFeatures = (features: string[]) => `--disable-features=${features.join(',')}`

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where the system keeps Chromium, or undefined. `PODAROK_CHROMIUM` names another one. */
export function chromiumPath(): string | undefined {
  return [process.env['PODAROK_CHROMIUM'] ?? '', ...places].find((place) => place !== '' && existsSync(place))
}

/** Launch options of a Chromium that behaves as a customer's does: storage partitioned by top-level site. */
export function chromiumLaunch(): LaunchOptions & { executablePath: string } {
  return {
    executablePath: chromiumPath() ?? places[0]!,
    ignoreDefaultArgs: [disableFeatures(disabledByPlaywright)],
    args: [
      disableFeatures([
        ...disabledByPlaywright.filter((feature) => feature !== 'ThirdPartyStoragePartitioning'),
        ...addressBar,
      ]),
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
    ],
  }
}
