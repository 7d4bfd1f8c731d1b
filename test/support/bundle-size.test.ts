import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from '../../manifest/pages.ts'
import { freshFolder } from '../server/folders.ts'
import { pageSize, strayLoads } from './bundle-size.ts'

const page: Page = {
  document: 'widget/shop/index.html',
  addresses: ['/shop'],
  embedded: false,
  parts: { engine: 'widget/shop/engine.tsx', ru: 'widget/shop/words/ru.ts', en: 'widget/shop/words/en.ts' },
  later: { report: { file: 'widget/shop/report.tsx', ceilingKb: 1 } },
  ceilingsKb: { start: 1, app: 1 },
}

const document = `<script type="module" src="/assets/index-1.js"></script>
  <link rel="stylesheet" href="/assets/style-1.css">
  <link rel="modulepreload" data-part="engine" href="/assets/engine-1.js">
  <link rel="part" data-part="ru" href="/assets/ru-1.js">
  <link rel="part" data-part="en" href="/assets/en-1.js">
  <link rel="part" data-part="report" href="/assets/report-1.js">`

/** As the build makes it, minified. */
const sound = {
  'index-1.js': 'const l=e=>import(e)',
  'style-1.css': 'a{color:red}',
  'engine-1.js': 'const r=()=>import(`./report-1.js`);export{r as a}',
  'ru-1.js': 'export const ru={hello:"Привет, мир"}',
  'en-1.js': 'export const en={hello:"Hello"}',
  'report-1.js': 'import{a as e}from"./engine-1.js";export const report=e',
}

let folder: string
beforeEach(() => {
  folder = freshFolder()
  mkdirSync(join(folder, 'shop'))
  mkdirSync(join(folder, 'assets'))
  built(sound, document)
})
afterEach(() => rmSync(folder, { recursive: true }))

function built(scripts: Record<string, string>, html = document): void {
  writeFileSync(join(folder, 'shop/index.html'), html)
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(folder, 'assets', name), text)
}

describe('what a page loads behind our back', () => {
  test('is nothing where the engine knows of the listed parts and of no more', () => {
    expect(strayLoads(page, folder)).toEqual([])
  })

  test.each([
    [
      'a file that is not listed, in the engine',
      { 'engine-1.js': `${sound['engine-1.js']};import("./other-1.js")` },
    ],
    [
      'an address that nobody can read, in the engine',
      { 'engine-1.js': `${sound['engine-1.js']};import(x)` },
    ],
    ['a listed part, asked for by another one', { 'ru-1.js': 'import("./report-1.js")' }],
    [
      'a loader of the bundler’s',
      { 'engine-1.js': `${sound['engine-1.js']};new Event("vite:preloadError")` },
    ],
    ['a second address in the first script', { 'index-1.js': 'import(a);import(b)' }],
    ['a part of which the engine does not know', { 'engine-1.js': 'export const a=1' }],
    ['a picture of the style', { 'style-1.css': 'a{background:url(/assets/dot-1.svg)}' }],
    [
      'a file of the first script that the document does not name',
      { 'index-1.js': `${sound['index-1.js']};import"./shared-1.js"` },
    ],
    ['the first script, imported by a part', { 'report-1.js': 'import"./index-1.js"' }],
    ['what the engine and a part share, in a file of its own', { 'engine-1.js': 'import"./shared-1.js"' }],
  ])('is told: %s', (_what, scripts) => {
    built({ 'shared-1.js': '', ...scripts })
    expect(strayLoads(page, folder)).not.toEqual([])
  })
})

describe('the size of a page', () => {
  test('counts the start, what one language needs to work, and each later part by itself', () => {
    const { start, app, later } = pageSize(page, folder)
    const names = (files: typeof app.files) => files.map(({ name }) => name)
    expect(names(start.files)).toEqual(['index.html', 'style-1.css', 'index-1.js'])
    expect(names(app.files)).toEqual(['index.html', 'style-1.css', 'index-1.js', 'ru-1.js', 'engine-1.js'])
    expect(names(later['report']!.files)).toEqual(['report-1.js'])
  })

  test('cannot be told of a page that does not name a part, or names one that is not listed', () => {
    built(sound, document.replace(/.*report.*/, ''))
    expect(() => pageSize(page, folder)).toThrow('"report"')
    built(sound, `${document}<link rel="part" data-part="more" href="/assets/more-1.js">`)
    expect(() => pageSize(page, folder)).toThrow('nobody knows')
  })
})
