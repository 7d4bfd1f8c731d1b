import { mkdirSync, writeFileSync } from 'node:fs'
import { podarokDescriptor } from './descriptor.ts'
import { lintDescriptor, type LintOptions } from './lint.ts'
import { renderXml } from './xml.ts'

const DEFAULT_BASE_URL = 'https://podarok.example.org'

/** The descriptor as XML. Throws with every fault that the rules find, so that a bad one is never handed in. */
export function buildDescriptor(baseUrl: string, options: LintOptions = {}): string {
  const descriptor = podarokDescriptor(baseUrl.replace(/\/+$/, ''))
  const faults = lintDescriptor(descriptor, options)
  if (faults.length > 0) {
    const list = faults.map((fault) => `  ${fault.rule}: ${fault.place}: ${fault.message}`)
    throw new Error(`The descriptor breaks the platform's rules:\n${list.join('\n')}`)
  }
  return renderXml(descriptor)
}

if (import.meta.main) {
  const xml = buildDescriptor(process.argv[2] ?? DEFAULT_BASE_URL)
  const folder = new URL('../dist/manifest/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('descriptor.xml', folder), xml)
  process.stdout.write(xml)
}
