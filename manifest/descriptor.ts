import type { pages } from './pages.ts'
import { el, textEl, withAttributes, type XmlElement } from './xml.ts'

/**
 * The application descriptor of Podarok, version 2 of MoySklad's format. The order inside each block is the order of
 * the published examples: the vendor's documentation leaves it open, but a schema may well insist on it.
 */
export const NAMESPACE = 'https://apps-api.moysklad.ru/xml/ns/appstore/app/v2'

/** The one value of `access/resource` that the vendor's documentation allows. */
export const RESOURCE = 'https://api.moysklad.ru/api/remap/1.2'

/** Tall enough for one gift card with its action; what does not fit into a widget's frame is cut off. */
const WIDGET_HEIGHT = '420px'

type Protocol = 'open-feedback' | 'save-handler' | 'dirty-state' | 'validation-feedback'
type Service = 'standard-dialogs' | 'navigation-service' | 'user-context'

type Widget = {
  readonly point: string
  readonly path: (typeof pages.cashier.addresses)[number]
  readonly supports: readonly Protocol[]
  readonly uses: readonly Service[]
}

const WIDGETS: readonly Widget[] = [
  // A new sale: the platform offers neither dialogs nor a save message here.
  {
    point: 'document.retaildemand.create',
    path: '/w/sale-new',
    supports: ['validation-feedback'],
    uses: ['user-context'],
  },
  {
    point: 'document.retaildemand.edit',
    path: '/w/sale',
    supports: ['open-feedback', 'save-handler', 'dirty-state', 'validation-feedback'],
    uses: ['standard-dialogs', 'navigation-service', 'user-context'],
  },
]

/** What the server reads by the JSON API, and no more: the publication rules ask for the smallest set of rights. */
const PERMISSIONS = ['retailDemand', 'retailStore', 'good'] as const

/** @param baseUrl public address of the Podarok server, without a slash at the end */
export function podarokDescriptor(baseUrl: string): XmlElement {
  return withAttributes(
    el(
      'ServerApplication',
      el('vendorApi', textEl('endpointBase', baseUrl)),
      el(
        'access',
        textEl('resource', RESOURCE),
        textEl('scope', 'custom'),
        el('permissions', ...PERMISSIONS.map((tag) => el(tag, el('view')))),
      ),
      el('widgets', ...WIDGETS.map((widget) => widgetElement(baseUrl, widget))),
    ),
    {
      xmlns: NAMESPACE,
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      'xsi:schemaLocation': `${NAMESPACE} ${NAMESPACE}/application-v2.xsd`,
    },
  )
}

/** The key stays in the address as well (`useContextKey` is on where nothing is said): it lets a frame in at once. */
function widgetElement(baseUrl: string, widget: Widget): XmlElement {
  return el(
    widget.point,
    textEl('sourceUrl', baseUrl + widget.path),
    el('height', textEl('fixed', WIDGET_HEIGHT)),
    el('supports', ...widget.supports.map(protocolElement)),
    el('uses', ...widget.uses.map((service) => el(service))),
  )
}

function protocolElement(protocol: Protocol): XmlElement {
  return protocol === 'validation-feedback' ? el('change-handler', el('validation-feedback')) : el(protocol)
}
