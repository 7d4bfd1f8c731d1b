import { build } from 'vite'

/** The end-to-end tests play in what is shipped: both pages are built anew before them. */
export default async function setup(): Promise<void> {
  await build({ logLevel: 'warn' })
  await build({ logLevel: 'warn', mode: 'sandbox' })
}
