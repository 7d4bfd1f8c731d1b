import { describe, expect, it } from 'vitest'
import { podarokDescriptor } from '../../../../manifest/descriptor.ts'
import { renderXml } from '../../../../manifest/xml.ts'
import { parseDescriptor } from './descriptor.ts'
import { CREATE, EDIT } from './points.ts'

describe('the descriptor, as the host reads it', () => {
  it('names address, height and protocols of both points', () => {
    const points = parseDescriptor(renderXml(podarokDescriptor('http://localhost:8090')))
    expect(points.get(CREATE)).toEqual({
      sourceUrl: 'http://localhost:8090/w/sale-new',
      heightPx: 420,
      protocols: new Set(['change-handler', 'validation-feedback']),
    })
    expect(points.get(EDIT)?.protocols).toEqual(
      new Set([
        'open-feedback',
        'save-handler',
        'dirty-state',
        'change-handler',
        'validation-feedback',
        'standard-dialogs',
        'navigation-service',
      ]),
    )
  })

  it('that is no XML, or names no height, is refused', () => {
    expect(() => parseDescriptor('<a')).toThrow('not XML')
    expect(() => parseDescriptor(`<a><${EDIT}><sourceUrl>http://x</sourceUrl></${EDIT}></a>`)).toThrow(
      'height',
    )
    expect(parseDescriptor('<a/>').size).toBe(0)
  })
})
