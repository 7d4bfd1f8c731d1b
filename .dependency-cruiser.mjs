/**
 * Which room may use which. The compiler keeps the large rooms apart (a tsconfig for each); this keeps the small ones in
 * order, types included: a room may use what stands above it in its list, and nothing below.
 */
const order = [
  // Pure rules.
  'src/core/(ids|money|refusal|shape)\\.ts$',
  'src/core/card/',
  'src/core/receipt/',
  'src/core/sale/',
  'src/core/draft/',
  'src/core/posting/',
  'src/core/wire/',
  'src/core/host/',
  // The till in the browser.
  'src/client/[^/]+\\.ts$',
  'src/client/crypto/',
  'src/client/api/',
  'src/client/journal/',
  'src/client/outage/',
  'src/client/sync/',
  'src/client/till/',
  'src/client/host/',
  // The server.
  'src/server/(config|log|steady-clock)\\.ts$',
  'src/server/db/',
  'src/server/keys/',
  'src/server/moysklad/',
  'src/server/ledger/[^/]+\\.ts$',
  'src/server/ledger/(cases|offline)/',
  'src/server/ledger/tills/',
  'src/server/ledger/cards/',
  'src/server/ledger/posting/',
  'src/server/ledger/(decisions|audit)/',
  'src/server/deps\\.ts$',
  'src/server/http/',
  'src/server/intake/',
  'src/server/routes/',
  'src/server/(app|chores|main|verify)\\.ts$',
  // What people see: shared by the pages, and then the rooms of each page.
  'widget/ui/',
  'widget/[^/]+/model/',
  'widget/[^/]+/words/',
  'widget/[^/]+/view/',
  'widget/(?!ui/)[^/]+/[^/]+\\.tsx?$',
].map((path) => `^${path}`)

const tests = '\\.test\\.tsx?$|/testing/'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'What two files need of each other belongs into a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-file-has-a-room',
      comment:
        'Name the new room in .dependency-cruiser.mjs, in the place where it belongs, and in ARCHITECTURE.md.',
      severity: 'error',
      from: { path: '^(src/(core|client|server)|widget)/', pathNot: [...order, tests] },
      to: {},
    },
    {
      name: 'pages-apart',
      comment: 'What two pages share belongs into widget/ui.',
      severity: 'error',
      from: { path: '^widget/([^/]+)/', pathNot: '^widget/ui/' },
      to: { path: '^widget/', pathNot: '^widget/($1|ui)/' },
    },
    {
      name: 'pages-are-a-list',
      comment:
        'The server, the tests and the build read manifest/pages.ts; it brings none of their code along.',
      severity: 'error',
      from: { path: '^manifest/pages\\.ts$' },
      to: {},
    },
    ...order.slice(0, -1).map((room, at) => ({
      name: `order-of-rooms: ${room}`,
      comment: 'A room uses what stands above it in .dependency-cruiser.mjs.',
      severity: 'error',
      from: { path: room, pathNot: tests },
      to: { path: order.slice(at + 1), pathNot: tests },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data)/' },
  },
}
