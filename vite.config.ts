import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'

/**
 * Two pages, two builds: the cashier's widget (the product) and, with `--mode sandbox`, the stand-in for
 * MoySklad's checkout page. They are kept apart so that nothing of the sandbox can reach the product's bundle.
 */
export default defineConfig(({ mode }) => {
  const sandbox = mode === 'sandbox'
  return {
    root: sandbox ? 'src/sandbox/page' : 'widget',
    plugins: [preact()],
    build: {
      target: 'es2022',
      outDir: sandbox ? '../../../dist/sandbox' : '../dist/widget',
      emptyOutDir: true,
      // The polyfill is an inline script in old targets and the policy of the page forbids inline scripts.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
    },
  }
})
