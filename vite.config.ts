import { basename, resolve } from 'node:path'
import preact from '@preact/preset-vite'
import { defineConfig, type Plugin, type UserConfig } from 'vite'
import { type Page, pages, worker } from './manifest/pages.ts'

/**
 * Two builds: the product's pages and, with `--mode sandbox`, the stand-in for MoySklad's checkout page. They are kept
 * apart so that nothing of the sandbox can reach the product.
 */
export default defineConfig(({ mode }) => (mode === 'sandbox' ? sandbox : product))

/** `light-dark()`, by lightningcss's number of it: no style uses it, and what stands in for it in old browsers is carried by each. */
const lightDark = 1 << 20

const inRoot = (path: string) => resolve(import.meta.dirname, path)

const build = {
  target: 'es2022',
  // Its polyfill is an inline script, which the policy of the pages forbids, and its loader knows one try only.
  modulePreload: false,
  assetsInlineLimit: 0,
} as const

/**
 * Each page is bundled by itself (an environment of Vite's): in one bundle, what two pages share would be cut out of
 * both, and a change of the manager's page would change what the cashier's has to load.
 */
const product: UserConfig = {
  root: 'widget',
  plugins: [preact(), partsInPage(), plainImports()],
  css: { lightningcss: { exclude: lightDark } },
  build: { ...build, outDir: '../dist/widget' },
  environments: {
    ...Object.fromEntries(
      Object.entries(pages).map(([name, { document }], at) => [
        name,
        {
          consumer: 'client',
          build: {
            emptyOutDir: at === 0,
            rolldownOptions: {
              input: inRoot(document),
              // With this name idb adds short ways past a transaction and iterators, which nobody uses (0.5 KB); types and
              // lint keep it so.
              treeshake: { manualPureFunctions: ['replaceTraps'] },
            },
          },
        },
      ]),
    ),
    // One plain script: a worker that imports would have more than one file to be kept up to date.
    worker: {
      consumer: 'client',
      build: {
        emptyOutDir: false,
        rolldownOptions: {
          input: inRoot(worker.file),
          output: { format: 'iife', entryFileNames: basename(worker.address) },
        },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      for (const name of [...Object.keys(pages), 'worker']) await builder.build(builder.environments[name]!)
    },
  },
}

const sandbox: UserConfig = {
  root: 'src/sandbox/page',
  base: '/sandbox/',
  plugins: [preact()],
  build: {
    ...build,
    outDir: '../../../dist/sandbox',
    emptyOutDir: true,
    // The checkout page, and the part of its scanner that is served from the widget's origin.
    rolldownOptions: {
      input: ['index.html', 'wedge-frame.html'].map((name) => inRoot(`src/sandbox/page/${name}`)),
    },
  },
}

const pageOf = (document: string): Page =>
  Object.values(pages).find((page) => inRoot(page.document) === document)!

/**
 * Builds the parts of a page and names their files in it. The engine is needed in any case, so the browser fetches it
 * beside the first script; of the languages it needs one, and the script knows which.
 */
function partsInPage(): Plugin {
  return {
    name: 'podarok-parts-in-page',
    apply: 'build',
    buildStart() {
      const page: Page | undefined = pages[this.environment.name as keyof typeof pages]
      if (!page) return
      for (const [name, file] of Object.entries(page.parts)) {
        // What is later uses the engine's code, so the engine may give more than its own names.
        const preserveSignature = name === 'engine' ? 'allow-extension' : 'strict'
        this.emitFile({ type: 'chunk', id: inRoot(file), name, preserveSignature })
      }
    },
    // Without an import of the engine in each part that follows, the bundler cuts out of it what several of them share with it.
    transform(code, id) {
      const page: Page | undefined = pages[this.environment.name as keyof typeof pages]
      const isLater = page && Object.values(page.later).some(({ file }) => inRoot(file) === id)
      return isLater ? `import ${JSON.stringify(inRoot(page.parts.engine))}\n${code}` : null
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle, filename }) {
        const page = pageOf(filename)
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk')
        const later = Object.entries(page.later).map(([name, { file }]) => [name, file] as const)
        const tags = [...Object.entries(page.parts), ...later].map(([name, file]) => {
          const chunk = chunks.find((one) => one.facadeModuleId === inRoot(file))
          if (!chunk) throw new Error(`${file} has not become a file of its own`)
          return {
            tag: 'link',
            attrs: {
              rel: name === 'engine' ? 'modulepreload' : 'part',
              'data-part': name,
              href: `/${chunk.fileName}`,
            },
            injectTo: 'head' as const,
          }
        })
        // It says nothing of files of one's own origin.
        return { html: html.replaceAll(' crossorigin', ''), tags }
      },
    },
  }
}

/**
 * Vite would wrap each `import()` into a loader of its own (0.7 KB), which tries once. A part that follows is tried until
 * it is there (widget/ui/load-part.ts), so all that is left of the loader is the call.
 */
function plainImports(): Plugin {
  return {
    name: 'podarok-plain-imports',
    apply: 'build',
    enforce: 'pre',
    load: (id) =>
      id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load()' : null,
  }
}
