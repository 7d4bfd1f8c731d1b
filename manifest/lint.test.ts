import { describe, expect, it } from 'vitest'
import { buildDescriptor } from './build.ts'
import { podarokDescriptor } from './descriptor.ts'
import { lintDescriptor, type Rule } from './lint.ts'
import { type Page, pages } from './pages.ts'
import { el, renderXml, textEl, withAttributes, type XmlElement } from './xml.ts'

const BASE = 'https://cards.example.org'
const good = podarokDescriptor(BASE)

/** The good descriptor with every element of this name replaced. */
function replace(
  name: string,
  change: (element: XmlElement) => readonly XmlElement[],
  from = good,
): XmlElement {
  return {
    ...from,
    children: from.children.flatMap((child) =>
      child.name === name ? change(child) : [replace(name, change, child)],
    ),
  }
}

function add(element: XmlElement, ...children: XmlElement[]): XmlElement {
  return { ...element, children: [...element.children, ...children] }
}

function inside(name: string, ...children: XmlElement[]): XmlElement {
  return replace(name, (element) => [add(element, ...children)])
}

const childrenOf = (name: string) => good.children.find((child) => child.name === name)!.children

function rulesOf(descriptor: XmlElement): Rule[] {
  return lintDescriptor(descriptor).map((fault) => fault.rule)
}

describe('[M1] the descriptor', () => {
  it('of Podarok has no fault', () => {
    expect(lintDescriptor(good)).toEqual([])
  })

  it('asks for reading three things and nothing else', () => {
    const permissions = /<permissions>([\s\S]*)<\/permissions>/.exec(renderXml(good))?.[1]?.replace(/\s/g, '')
    expect(permissions).toBe(
      '<retailDemand><view/></retailDemand><retailStore><view/></retailStore><good><view/></good>',
    )
  })

  it('names every address of a page that MoySklad shows, and no other', () => {
    const named = [...renderXml(good).matchAll(/sourceUrl(?:>|=")(https:[^<"]+)/g)].map(([, url]) => url)
    const shown = Object.values<Page>(pages).filter(({ embedded }) => embedded)
    expect(named.toSorted()).toEqual(
      shown.flatMap(({ addresses }) => addresses.map((path) => BASE + path)).toSorted(),
    )
  })

  it('[A1] lets every widget ask who is at the screen, and leaves the key in the address', () => {
    const widgets = childrenOf('widgets')
    const uses = widgets.map(({ children }) => children.find(({ name }) => name === 'uses')?.children)
    expect(widgets.length).toBeGreaterThan(1)
    for (const services of uses) expect(services?.map(({ name }) => name)).toContain('user-context')
    expect(renderXml(good)).not.toContain('useContextKey')
  })

  it('for http is refused unless the build says that it is for the sandbox', () => {
    expect(() => buildDescriptor('http://localhost:8090')).toThrow('must start with https://')
    expect(buildDescriptor('http://localhost:8090', { allowHttp: true })).toContain(
      '<sourceUrl>http://localhost:8090/w/sale-new</sourceUrl>',
    )
  })

  it('escapes what XML reserves', () => {
    expect(renderXml(withAttributes(textEl('a', '<&>'), { b: '"' }))).toContain(
      '<a b="&quot;">&lt;&amp;&gt;</a>',
    )
  })
})

const faulty: readonly (readonly [string, Rule, XmlElement])[] = [
  ['another root', 'root', { ...good, name: 'App' }],
  ['a dead namespace', 'root', withAttributes(good, { xmlns: 'https://online.moysklad.ru/xml/ns/v2' })],
  ['no vendorApi', 'mandatory', replace('vendorApi', () => [])],
  ['no access', 'mandatory', replace('access', () => [])],
  ['an unknown block', 'block', add(good, el('gadgets'))],
  ['a block twice', 'duplicate', add(good, el('widgets'))],
  ['another resource', 'access', replace('resource', () => [textEl('resource', 'https://example.org')])],
  ['an unknown scope', 'access', replace('scope', () => [textEl('scope', 'all')])],
  ['custom without permissions', 'access', replace('permissions', () => [])],
  ['admin with permissions', 'access', replace('scope', () => [textEl('scope', 'admin')])],
  ['an unknown permission', 'permission', inside('permissions', el('secrets', el('view')))],
  ['a permission twice', 'duplicate', inside('permissions', el('good', el('view')))],
  ['a level without view', 'permission', inside('permissions', el('company', el('create')))],
  ['delete without update', 'permission', inside('permissions', el('company', el('view'), el('delete')))],
  ['approve in a dictionary', 'permission', inside('permissions', el('company', el('view'), el('approve')))],
  ['print in a base type', 'permission', inside('permissions', el('employee', el('view'), el('print')))],
  ['both of a pair', 'permission', inside('permissions', el('useOwnWebhooks'), el('useAllWebhooks'))],
  ['an http address', 'url', replace('endpointBase', () => [textEl('endpointBase', 'http://a.example')])],
  [
    'an http window',
    'url',
    add(good, el('iframes', withAttributes(el('iframe'), { type: 'main', sourceUrl: 'http://a.example' }))),
  ],
  ['a widget without an address', 'url', replace('sourceUrl', () => [])],
  ['a height in other units', 'height', replace('fixed', () => [textEl('fixed', '20em')])],
  ['no height', 'height', replace('height', () => [])],
  ['an unknown point', 'point', inside('widgets', el('document.retailshift.create'))],
  ['one point twice', 'duplicate', inside('widgets', ...childrenOf('widgets'))],
  ['a protocol of other points', 'point', inside('supports', el('update-provider'))],
  [
    'dialogs on a new sale',
    'point',
    inside('document.retaildemand.create', el('uses', el('standard-dialogs'))),
  ],
  ['a verdict beside changes', 'nesting', inside('supports', el('validation-feedback'))],
  [
    'two popups of one name',
    'duplicate',
    add(good, el('popups', ...[1, 2].map(() => el('popup', textEl('name', 'p'))))),
  ],
  [
    'two buttons of one name',
    'duplicate',
    add(good, el('buttons', ...[1, 2].map(() => withAttributes(el('button'), { name: 'b' })))),
  ],
  [
    'two windows of one type',
    'duplicate',
    add(
      good,
      el('iframes', ...[1, 2].map(() => withAttributes(el('iframe'), { type: 'main', sourceUrl: BASE }))),
    ),
  ],
  ['a filled loyaltyApi', 'empty', add(good, el('loyaltyApi', el('endpointBase')))],
]

describe('the lint catches', () => {
  it.each(faulty)('%s', (_title, rule, descriptor) => {
    expect(rulesOf(descriptor)).toContain(rule)
  })
})
