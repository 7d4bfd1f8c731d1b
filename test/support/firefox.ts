import { existsSync } from 'node:fs'

const places = ['/usr/bin/firefox-esr', '/usr/bin/firefox']

/** Where the system keeps Firefox, or undefined. `PODAROK_FIREFOX` names another one. */
export function firefoxPath(): string | undefined {
  return [process.env['PODAROK_FIREFOX'] ?? '', ...places].find((place) => place !== '' && existsSync(place))
}
