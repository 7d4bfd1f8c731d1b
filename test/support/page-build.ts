import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'vite'
import { pages } from '../../manifest/pages.ts'

/**
 * Builds a page out of one script, bundled and minified as a customer's browser would get it. The folder can stand in
 * for the built pages, so that the real server serves the page from its own origin, under `pagePath`.
 */
export async function buildPage(root: string, entry: string, outDir: string): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      target: 'es2022',
      outDir: join(outDir, 'assets'),
      emptyOutDir: true,
      lib: { entry, formats: ['es'], fileName: () => 'page.js' },
      rolldownOptions: { output: { codeSplitting: false } },
      minify: true,
    },
  })
  const page = join(outDir, relative('widget', pages.cashier.document))
  mkdirSync(dirname(page), { recursive: true })
  writeFileSync(page, '<!doctype html><script type="module" src="/assets/page.js"></script>')
}

export const pagePath = pages.cashier.addresses[0]
