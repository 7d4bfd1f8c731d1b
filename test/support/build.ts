import { build, createBuilder } from 'vite'

/**
 * The end-to-end tests play in what is shipped: the pages are built anew before them, as for production, whatever the
 * test runner has put into the environment. Once for all levels of a run.
 */
export default async function setup(): Promise<void> {
  if (process.env['PODAROK_BUILT']) return
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await (await createBuilder({ logLevel: 'warn' })).buildApp()
    await build({ logLevel: 'warn', mode: 'sandbox' })
  } finally {
    process.env.NODE_ENV = NODE_ENV
  }
  process.env['PODAROK_BUILT'] = '1'
}
