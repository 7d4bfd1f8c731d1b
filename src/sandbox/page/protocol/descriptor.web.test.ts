import { describe, expect, it } from 'vitest'
import { podarokDescriptor } from '../../../../manifest/descriptor.ts'
import { renderXml } from '../../../../manifest/xml.ts'
import { parseDescriptor } from './descriptor.ts'
import { CREATE, EDIT } from './points.ts'

describe('the descriptor, as the host reads it', () => {
  it('names address, height and protocols of both points', () => {
    const { widgets: points, popups } = parseDescriptor(renderXml(podarokDescriptor('http://localhost:8090')))
    expect(points.get(CREATE)).toEqual({
      sourceUrl: 'http://localhost:8090/w/sale-new',
      heightPx: 420,
      protocols: new Set(['change-handler', 'validation-feedback', 'user-context']),
    })
    expect(popups.size).toBe(0)
    expect(points.get(EDIT)?.protocols).toEqual(
      new Set([
        'open-feedback',
        'save-handler',
        'dirty-state',
        'change-handler',
        'validation-feedback',
        'standard-dialogs',
        'navigation-service',
        'user-context',
      ]),
    )
  })

  it('that is no XML, or names no height, is refused', () => {
    expect(() => parseDescriptor('<a')).toThrow('not XML')
    const widget = `<${EDIT}><sourceUrl>http://x</sourceUrl></${EDIT}>`
    expect(() => parseDescriptor(`<a><widgets>${widget}</widgets></a>`)).toThrow('height')
    expect(() => parseDescriptor('<a><popups><popup><name>x</name></popup></popups></a>')).toThrow('address')
    expect(parseDescriptor('<a/>').widgets.size).toBe(0)
  })

  it('may name the buttons of a point before its widget', () => {
    const widget = `<${EDIT}><sourceUrl>http://x</sourceUrl><height><fixed>9px</fixed></height></${EDIT}>`
    const xml = `<a><buttons><button><locations><${EDIT}/></locations></button></buttons><widgets>${widget}</widgets></a>`
    expect(parseDescriptor(xml).widgets.get(EDIT)).toEqual({
      sourceUrl: 'http://x',
      heightPx: 9,
      protocols: new Set(),
    })
  })

  it('lets widgets open its popups, and popups close themselves and do what they declare', () => {
    const { widgets, popups } = parseDescriptor(
      `<a><widgets><${EDIT}><sourceUrl>http://x</sourceUrl><height><fixed>9px</fixed></height></${EDIT}></widgets>
      <popups><popup><name>card</name><sourceUrl>http://p</sourceUrl><uses><user-context/></uses></popup></popups></a>`,
    )
    expect(widgets.get(EDIT)?.protocols).toEqual(new Set(['popups']))
    expect([...popups]).toEqual([
      ['card', { sourceUrl: 'http://p', protocols: new Set(['user-context', 'popup']) }],
    ])
  })
})
