import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  failuresIn,
  filesIn,
  linksIn,
  quotedByTitle,
  quotedIn,
  read,
  root,
  rulesIn,
  titlesOf,
} from './repository.ts'

/** The pages of `docs` and the tests quote each other: neither may say what the other does not know. */

/**
 * Rules that are built and that no test proves, as a whole or in part, each with the reason in `docs/spec.md`. The list only
 * gets shorter: whoever writes the test takes the rule off.
 */
const unproved: Readonly<Record<string, 'whole' | 'part'>> = {
  A5: 'part',
  U4: 'part',
}

const families: Readonly<Record<string, number>> = {
  C: 15,
  L: 9,
  J: 14,
  O: 10,
  A: 9,
  M: 12,
  U: 8,
  P: 7,
  T: 16,
}

const rules = rulesIn(read('docs/spec.md'))
const failures = failuresIn(read('docs/failures.md'))
const known = new Set([...rules, ...failures].map(({ id }) => id))
const folders = ['src', 'widget', 'test', 'manifest', 'docs']
const sources = filesIn(folders, ['.ts', '.tsx', '.md', '.css', '.html'])

/** By file: the titles of its tests. Some tests are told by helpers, so not only test files have titles. */
const titles = new Map(
  sources
    .filter((path) => /\.tsx?$/.test(path) && read(path).includes('vitest'))
    .map((path) => [path, titlesOf(path)]),
)
/** Budgets are proved by rows of the bench, whose names begin with the number. */
const rows = filesIn(['test/bench'], ['.ts']).flatMap((path) =>
  [...read(path).matchAll(/['`](P\d[a-c]?) /g)].map(([, id]) => id!),
)
const proved = new Set([...[...titles.values()].flat().flatMap(quotedByTitle), ...rows])

describe('docs/spec.md', () => {
  test('has every number once, in order', () => {
    const expected = Object.entries(families).flatMap(([family, count]) =>
      Array.from({ length: count }, (_, n) => `${family}${n + 1}`),
    )
    const main = rules.map(({ id }) => id).filter((id) => !/[a-z]$/.test(id))
    expect(main, 'Each rule has one entry; a rule that falls away keeps its place and says so.').toEqual(
      expected,
    )
    expect(new Set(rules.map(({ id }) => id)).size, 'Two rules have one number.').toBe(rules.length)
  })

  test('tells of every rule that is built which test proves it', () => {
    const open = rules.filter(({ id, isBuilt }) => isBuilt && !proved.has(id)).map(({ id }) => id)
    const listed = Object.keys(unproved).filter((id) => unproved[id] === 'whole')
    expect(
      open.filter((id) => !listed.includes(id)),
      'These rules stand in docs/spec.md as built and no title of a test quotes them: quote the rule in the title of the test ' +
        'that proves it, write that test, or say "_To come._" where it is not built.',
    ).toEqual([])
    expect(
      listed.filter((id) => !open.includes(id)),
      'Tests quote these rules by now: take them off the list in this test, and their "Not proved by a test yet" out of docs/spec.md.',
    ).toEqual([])
    expect(
      rules.filter(({ isUnproved }) => isUnproved).map(({ id }) => id),
      'docs/spec.md says "_Not proved by a test yet:_" with a reason of exactly the rules on the list in this test.',
    ).toEqual(Object.keys(unproved))
  })

  test('does not call "to come" what tests prove', () => {
    expect(
      rules.filter(({ id, isBuilt }) => !isBuilt && proved.has(id)).map(({ id }) => id),
      'Tests quote these rules, and docs/spec.md says "_To come._" of the whole: say there what holds by now, and put ' +
        '"_To come:_" before the rest.',
    ).toEqual([])
  })
})

test('every rule and failure that is quoted anywhere exists', () => {
  const strange = sources.flatMap((path) =>
    quotedIn(read(path), path.endsWith('.md'))
      .filter((id) => !known.has(id))
      .map((id) => `${path}: ${id}`),
  )
  expect(
    strange,
    'These numbers are quoted and stand neither in docs/spec.md nor in docs/failures.md: correct the number, or add the rule.',
  ).toEqual([])
})

describe('docs/failures.md', () => {
  test('has F1 to F31 once, in order', () => {
    expect(failures.map(({ id }) => id)).toEqual(Array.from({ length: 31 }, (_, n) => `F${n + 1}`))
  })

  test('names tests that exist, by file and title', () => {
    const astray = failures.flatMap(({ id, tests }) =>
      tests
        .filter(({ title, path }) => !titles.get(path)?.includes(title))
        .map(({ title, path }) => ({
          failure: id,
          file: path,
          title,
          'files with that title': [...titles]
            .filter(([, own]) => own.includes(title))
            .map(([other]) => other),
          'titles there that quote it':
            titles.get(path)?.filter((one) => quotedByTitle(one).includes(id)) ?? [],
        })),
    )
    expect(
      astray,
      'No test of that file has that title. Titles are compared as they are written; what is filled in at run time is "…". ' +
        'Bring docs/failures.md in line with the test that was renamed, moved or deleted.',
    ).toEqual([])
  })

  test('has a test for every failure, or says that there is none', () => {
    expect(
      failures.filter(({ tests, isOpen }) => tests.length > 0 === isOpen).map(({ id }) => id),
      'Each failure names its tests as links, or has a line "No test yet: " with the reason; not both.',
    ).toEqual([])
  })
})

test('docs/operate.md knows every variable of the environment and every event of the log', () => {
  const page = read('docs/operate.md')
  const server = filesIn(['src/server'], ['.ts'])
    .filter((path) => !path.endsWith('.test.ts'))
    .map(read)
    .join('\n')
  const variables = [...server.matchAll(/^ {2}((?:PODAROK|DATABASE)_[A-Z_]+): /gm)].map(([, name]) => name!)
  const alarms = /type Alarm = (.*)/.exec(server)?.[1]?.match(/\w+_\w+/g) ?? []
  const events = [...server.matchAll(/(?:event: |EveryMs, )'(\w+)'/g)].map(([, name]) => name!)
  expect(
    Math.min(variables.length, alarms.length, events.length),
    'This test finds nothing any more.',
  ).toBeGreaterThan(0)
  const missing = [...new Set([...variables, ...alarms, ...events])].filter(
    (name) => !page.includes(`\`${name}\``),
  )
  expect(
    missing,
    'Tell the operator of these in docs/operate.md: what it decides, or what it means.',
  ).toEqual([])
})

test('links of the pages lead somewhere', () => {
  const pages = [
    ...filesIn(['docs'], ['.md']),
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
  ]
  const dead = pages.flatMap((page) =>
    linksIn(read(page))
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  )
  expect(dead, 'These links lead nowhere.').toEqual([])
})

describe('what this test looks for', () => {
  test('numbers in brackets of either kind, several at once; on pages also bare ones', () => {
    expect(quotedIn(`[J${99}] as (C${77}, F2) says, not by C8`)).toEqual([`J${99}`, `C${77}`, 'F2'])
    expect(quotedIn('by C8, not A4-sized or T00', true)).toEqual(['C8'])
    expect(quotedIn('points[C12x] (0xF22) (P-256) [a.C1]')).toEqual([])
    expect(quotedByTitle('[F4] [J4] at …: (C1)')).toEqual(['F4', 'J4'])
  })

  test('titles, also of groups, tables and names', () => {
    const own = titlesOf('test/docs/spec.test.ts')
    expect(own).toContain('what this test looks for')
    expect(own).toContain('has F1 to F31 once, in order')
    const all = [...titles.values()].flat()
    expect(all).toContain('[J13] denied')
    expect(all.join()).toMatch(/\[L1\] … shops end/)
  })

  test('rules with their marks', () => {
    const page =
      '- **C1** Holds.\n  _To come:_ more.\n- **C2** _To come._ All.\n- **P2b** Holds. _Not proved by a test yet:_ why.\n'
    expect(rulesIn(page)).toEqual([
      { id: 'C1', isBuilt: true, isUnproved: false },
      { id: 'C2', isBuilt: false, isUnproved: false },
      { id: 'P2b', isBuilt: true, isUnproved: true },
    ])
  })
})
