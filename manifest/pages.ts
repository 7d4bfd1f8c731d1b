/** Languages that people read; a page loads the words of one. */
export const languages = ['ru', 'en'] as const

type Language = (typeof languages)[number]

/** One document that browsers open, with all that belongs to it. Files are told from the root of the repository. */
export interface Page {
  /** Its folder is the folder of the page's own code. */
  document: string
  addresses: readonly string[]
  /** MoySklad's pages show it in a frame. Any other page is framed by nobody. */
  embedded: boolean
  /** What its first script asks for by itself: without these the page does nothing yet. */
  parts: { engine: string } & Record<Language, string>
  /** What follows when the engine runs; each in a file of its own that the engine imports when it asks for it. */
  later: Record<string, LaterPart>
  /** Sizes, gzip -9, above which `npm run check` fails: until the first screen hears, and all of one language that is not later. */
  ceilingsKb: { start: number; app: number }
}

/**
 * The service worker of all pages under its folder, which opens their last version when the server is away (decision 22). Its
 * address never changes: browsers ask for it there whenever they open a page.
 */
export const worker = { file: 'widget/worker/main.ts', address: '/w/worker.js', ceilingKb: 1.5 } as const

interface LaterPart {
  file: string
  ceilingKb: number
}

/**
 * Every page of the product, once: the build makes them, the server sends them, `npm run check` weighs them, and
 * MoySklad's descriptor names their addresses.
 */
export const pages = {
  /** The cashier's app in MoySklad's checkout, under the addresses of both extension points. */
  cashier: {
    document: 'widget/cashier/index.html',
    addresses: ['/w/sale-new', '/w/sale'],
    embedded: true,
    parts: {
      engine: 'widget/cashier/engine.tsx',
      ru: 'widget/cashier/words/ru.ts',
      en: 'widget/cashier/words/en.ts',
    },
    later: {
      operations: { file: 'widget/cashier/operations.tsx', ceilingKb: 4 },
      'operations-ru': { file: 'widget/cashier/words/operations-ru.ts', ceilingKb: 1.25 },
      'operations-en': { file: 'widget/cashier/words/operations-en.ts', ceilingKb: 1 },
      memory: { file: 'src/client/journal/memory.ts', ceilingKb: 2 },
      supply: { file: 'src/client/outage/supply.ts', ceilingKb: 3 },
    },
    ceilingsKb: { start: 6, app: 64 },
  },
} as const satisfies Record<string, Page>
