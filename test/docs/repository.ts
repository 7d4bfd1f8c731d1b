import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** What the repository says of its rules: the pages of `docs`, the numbers that are quoted, the titles of the tests. */

export const root = join(import.meta.dirname, '../..')

export const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Paths from the root, of all files below some folders whose names end so. */
export function filesIn(folders: readonly string[], ends: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && ends.some((end) => entry.name.endsWith(end)))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort(),
  )
}

/** Families of rules, and F for failures; a letter at the end tells budgets apart that came later (P2b). */
const number = String.raw`[CLJOAMUPTF][1-9]\d?[a-c]?`

/**
 * Numbers that a text quotes: in brackets of either kind, `[J4]` or `(O2, P2)`; on a page of `docs` wherever they stand.
 */
export function quotedIn(text: string, isPage = false): string[] {
  const places = isPage ? [text] : [...text.matchAll(/[[(]([^[\]()\n]*)[\])]/g)].map(([, inside]) => inside!)
  return places.flatMap((place) =>
    [...place.matchAll(new RegExp(String.raw`(?<![\w./-])${number}(?![\w/-])`, 'g'))].map(([id]) => id),
  )
}

/** Numbers at which a title claims to prove something. */
export const quotedByTitle = (title: string): string[] =>
  [...title.matchAll(new RegExp(String.raw`\[(${number})\]`, 'g'))].map(([, id]) => id!)

/**
 * Titles of tests and groups as the file has them; what is filled in at run time stands as `…`. Rows of a table of tests
 * that begin with a number are titles too, since they become parts of them.
 */
export function titlesOf(path: string): string[] {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)
  const named = new Map<string, string>()
  const titles: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const text = textOf(node.initializer)
      if (text !== null) named.set(node.name.text, text)
    }
    if (ts.isCallExpression(node) && isTesting(node.expression)) {
      const [first] = node.arguments
      if (first && ts.isIdentifier(first))
        titles.push(...(named.has(first.text) ? [named.get(first.text)!] : []))
      else if (first) titles.push(...(textOf(first) === null ? rowsOf(first) : [textOf(first)!]))
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return titles
}

/** `test`, `it.each(…)`, `describe.each` and the like. */
function isTesting(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return ['test', 'it', 'describe'].includes(callee.text)
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee))
    return isTesting(callee.expression)
  return false
}

function textOf(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isTemplateExpression(node)) return null
  return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('')
}

function rowsOf(table: ts.Node): string[] {
  const rows: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && node.text.startsWith('[')) rows.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(table)
  return rows
}

export interface Rule {
  id: string
  isBuilt: boolean
  /** It says that no test proves it yet. */
  isUnproved: boolean
}

/** The rules of `docs/spec.md`, in its order. */
export function rulesIn(page: string): Rule[] {
  const entries = page.matchAll(new RegExp(String.raw`^- \*\*(${number})\*\* (.*(?:\n {2}.*)*)`, 'gm'))
  return [...entries].map(([, id, text]) => ({
    id: id!,
    isBuilt: !text!.startsWith('_To come._'),
    isUnproved: text!.includes('_Not proved by a test yet:_'),
  }))
}

export interface Failure {
  id: string
  tests: { title: string; path: string }[]
  /** Why there is no test, where there is none. */
  isOpen: boolean
}

/** The failures of `docs/failures.md`: a heading each, and below it links to the tests whose titles they are. */
export function failuresIn(page: string): Failure[] {
  const [, ...sections] = page.split(/^## (?=F\d)/m)
  return sections.map((section) => ({
    id: /^F\d+/.exec(section)![0],
    tests: [...section.matchAll(/^- \[(.+)\]\(\.\.\/([^)]+)\)$/gm)].map(([, title, path]) => ({
      title: title!,
      path: path!,
    })),
    isOpen: /^No test yet: /m.test(section),
  }))
}

/** Links of a page to files of the repository, seen from the page. */
export const linksIn = (page: string): string[] =>
  [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^https?:/.test(target))
