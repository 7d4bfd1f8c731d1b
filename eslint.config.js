import js from '@eslint/js'
import globals from 'globals'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist', '.tsbuild', 'data', 'test-results'] },
  { files: ['**/*.js'], ...js.configs.recommended, languageOptions: { globals: globals.node } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [js.configs.recommended, ...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'src/*/tsconfig.json',
          'src/sandbox/page/tsconfig.json',
          'manifest/tsconfig.json',
          'widget/tsconfig.json',
          'widget/worker/tsconfig.json',
          'test/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // A second subject is inside, as a rule.
      'max-lines': ['error', { max: 400 }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // It takes a branded number for something else than a number.
      '@typescript-eslint/no-unsafe-unary-minus': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // A handler that nobody waits for is how a payment gets lost: say `void` where it is meant.
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
  {
    // The same arithmetic runs at the till and on the server, so core may not look at a clock or throw dice:
    // both come in as arguments.
    files: ['src/core/**/*.ts'],
    ignores: ['**/*.test.ts', '**/testing/**'],
    rules: {
      'no-restricted-globals': ['error', 'crypto', 'performance', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take the moment as an argument.' },
        { object: 'Math', property: 'random', message: 'Take the random source as an argument.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Take the moment as an argument.',
        },
      ],
    },
  },
  {
    // The pages are built without idb's iterators (vite.config.ts): there, this would fail at run time.
    files: ['src/client/**/*.ts', 'widget/**/*.{ts,tsx}'],
    ignores: ['**/*.test.ts', '**/testing/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ForOfStatement[await=true]', message: 'Step a cursor by hand.' },
        { selector: "MemberExpression[property.name='iterate']", message: 'Step a cursor by hand.' },
      ],
    },
  },
  {
    // Still too long, to be split by subject: the till's middle, the cashier's models and the months' own story.
    files: [
      'src/client/{sync/sync,sync/sync.web.test,till/till}.ts',
      'test/fleet/{cashier,oracle,story}.ts',
      'widget/cashier/model/{card-desk,checkout}.ts',
    ],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', 'test/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
)
