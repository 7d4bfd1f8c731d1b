import { resolve } from 'node:path'
import preact from '@preact/preset-vite'
import { defineConfig, type Plugin } from 'vite'

/**
 * Two pages, two builds: the cashier's widget (the product) and, with `--mode sandbox`, the stand-in for
 * MoySklad's checkout page. They are kept apart so that nothing of the sandbox can reach the product's bundle.
 */
export default defineConfig(({ mode }) => {
  const sandbox = mode === 'sandbox'
  return {
    root: sandbox ? 'src/sandbox/page' : 'widget',
    base: sandbox ? '/sandbox/' : '/',
    plugins: [preact(), ...(sandbox ? [] : [partsInPage()])],
    build: {
      target: 'es2022',
      outDir: sandbox ? '../../../dist/sandbox' : '../dist/widget',
      emptyOutDir: true,
      // The polyfill is an inline script in old targets and the policy of the page forbids inline scripts.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      ...(sandbox && { rolldownOptions: { input: sandboxPages } }),
    },
  }
})

/** The checkout page, and the part of its scanner that is served from the widget's origin. */
const sandboxPages = ['index.html', 'wedge-frame.html'].map((name) =>
  resolve(import.meta.dirname, 'src/sandbox/page', name),
)

/** What the first script asks for by itself, by the names of widget/cashier/parts.ts. */
const parts = { engine: 'cashier/engine.tsx', ru: 'cashier/words/ru.ts', en: 'cashier/words/en.ts' }

/**
 * Builds the parts and names their files in the page. The engine is needed in any case, so the browser fetches it beside
 * the first script; of the languages it needs one, and the script knows which. A plain `import()` of the sources would
 * do the same, but brings Vite's loader, and an address that failed once could not be asked for again.
 */
function partsInPage(): Plugin {
  return {
    name: 'podarok-parts-in-page',
    apply: 'build',
    buildStart() {
      for (const [name, path] of Object.entries(parts)) {
        const id = resolve(import.meta.dirname, 'widget', path)
        this.emitFile({ type: 'chunk', id, name, preserveSignature: 'strict' })
      }
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.values(bundle ?? {}).flatMap((file) =>
          file.type === 'chunk' && Object.hasOwn(parts, file.name)
            ? {
                tag: 'link',
                attrs: {
                  rel: file.name === 'engine' ? 'modulepreload' : 'part',
                  'data-part': file.name,
                  href: `/${file.fileName}`,
                },
                injectTo: 'head' as const,
              }
            : [],
        ),
    },
  }
}
