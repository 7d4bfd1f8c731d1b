import { killBrowsers } from './kill-browsers.ts'

killBrowsers(0)
