import { NAMESPACE, RESOURCE } from './descriptor.ts'
import { EXCLUSIVE_PERMISSIONS, LEVELS, PERMISSION_TYPES, POINTS, TOP_BLOCKS } from './platform.ts'
import type { XmlElement } from './xml.ts'

export type Rule =
  | 'root'
  | 'block'
  | 'mandatory'
  | 'duplicate'
  | 'access'
  | 'permission'
  | 'url'
  | 'height'
  | 'point'
  | 'nesting'
  | 'empty'

export type Fault = { readonly rule: Rule; readonly place: string; readonly message: string }

export type LintOptions = {
  /** The platform takes https only. The sandbox lives on loopback and says so here. */
  readonly allowHttp?: boolean
}

/** Rules of MoySklad's vendor documentation on the descriptor. An empty answer means that nothing was found. */
export function lintDescriptor(root: XmlElement, options: LintOptions = {}): Fault[] {
  return [
    ...lintRoot(root),
    ...lintAccess(root),
    ...lintUrls(root, options.allowHttp === true),
    ...lintWidgets(root),
    ...lintUniqueNames(root),
    ...all(root, 'loyaltyApi')
      .filter((block) => block.children.length > 0 || block.text !== '')
      .map(() => fault('empty', 'loyaltyApi', 'must be an empty element')),
  ]
}

function lintRoot(root: XmlElement): Fault[] {
  const faults: Fault[] = []
  if (root.name !== 'ServerApplication') faults.push(fault('root', root.name, 'must be ServerApplication'))
  if (root.attributes['xmlns'] !== NAMESPACE) faults.push(fault('root', 'xmlns', `must be ${NAMESPACE}`))
  for (const name of ['vendorApi', 'access']) {
    if (all(root, name).length === 0) faults.push(fault('mandatory', name, 'the block is missing'))
  }
  for (const { name } of root.children) {
    if (!TOP_BLOCKS.has(name)) faults.push(fault('block', name, 'no such block'))
  }
  for (const name of repeated(root.children.map((child) => child.name))) {
    faults.push(fault('duplicate', name, 'at most one block of a kind'))
  }
  return faults
}

function lintAccess(root: XmlElement): Fault[] {
  const access = all(root, 'access')[0]
  if (access === undefined) return []
  const faults: Fault[] = []
  if (textOf(access, 'resource') !== RESOURCE) {
    faults.push(fault('access', 'resource', `must be ${RESOURCE}`))
  }
  const scope = textOf(access, 'scope')
  const permissions = all(access, 'permissions')[0]
  if (scope !== 'custom' && scope !== 'admin')
    faults.push(fault('access', 'scope', 'must be custom or admin'))
  if (scope === 'custom' && permissions === undefined) {
    faults.push(fault('access', 'permissions', 'the scope custom needs them'))
  }
  if (scope === 'admin' && permissions !== undefined) {
    faults.push(fault('access', 'permissions', 'they go with the scope custom only'))
  }
  return permissions === undefined ? faults : [...faults, ...lintPermissions(permissions)]
}

function lintPermissions(permissions: XmlElement): Fault[] {
  const faults: Fault[] = []
  const tags = permissions.children.map((child) => child.name)
  for (const tag of repeated(tags)) faults.push(fault('duplicate', tag, 'asked for twice'))
  for (const [own, every] of EXCLUSIVE_PERMISSIONS) {
    if (tags.includes(own) && tags.includes(every)) {
      faults.push(fault('permission', own, `may not stand beside ${every}`))
    }
  }
  const special = new Set(EXCLUSIVE_PERMISSIONS.flat())
  for (const permission of permissions.children.filter((child) => !special.has(child.name))) {
    const type = PERMISSION_TYPES.get(permission.name)
    if (type === undefined) {
      faults.push(fault('permission', permission.name, 'no such permission'))
      continue
    }
    const levels = permission.children.map((child) => child.name)
    for (const level of levels.filter((name) => !LEVELS[type].has(name))) {
      faults.push(fault('permission', `${permission.name}/${level}`, `not a level of the type ${type}`))
    }
    if (!levels.includes('view')) faults.push(fault('permission', permission.name, 'every level needs view'))
    if (levels.includes('delete') && !levels.includes('update')) {
      faults.push(fault('permission', permission.name, 'delete needs update'))
    }
  }
  return faults
}

function lintUrls(root: XmlElement, allowHttp: boolean): Fault[] {
  const good = allowHttp ? /^https?:\/\// : /^https:\/\//
  return descendants(root)
    .flatMap((element) => [
      ...(element.name === 'sourceUrl' || element.name === 'endpointBase' ? [element.text] : []),
      ...(element.attributes['sourceUrl'] === undefined ? [] : [element.attributes['sourceUrl']]),
    ])
    .filter((url) => !good.test(url))
    .map((url) => fault('url', url, 'must start with https://'))
}

function lintWidgets(root: XmlElement): Fault[] {
  const widgets = all(root, 'widgets').flatMap((block) => block.children)
  const twice = repeated(widgets.map((widget) => widget.name))
  return [
    ...twice.map((point) => fault('duplicate', point, 'one widget for one page')),
    ...widgets.flatMap(lintWidget),
  ]
}

function lintWidget(widget: XmlElement): Fault[] {
  const point = POINTS.get(widget.name)
  if (point === undefined) return [fault('point', widget.name, 'no such extension point')]
  const faults: Fault[] = []
  const height = all(widget, 'height')[0]
  if (height === undefined || !/^\d+px$/.test(textOf(height, 'fixed'))) {
    faults.push(fault('height', widget.name, 'height/fixed must look like 420px'))
  }
  if (all(widget, 'sourceUrl').length !== 1) faults.push(fault('url', widget.name, 'needs one sourceUrl'))
  for (const protocol of all(widget, 'supports').flatMap((supports) => supports.children)) {
    if (protocol.name === 'validation-feedback') {
      faults.push(fault('nesting', widget.name, 'validation-feedback stands inside change-handler'))
    }
    for (const { name } of [protocol, ...protocol.children]) {
      if (!point.supports.has(name)) faults.push(fault('point', widget.name, `does not support ${name}`))
    }
  }
  for (const { name } of all(widget, 'uses').flatMap((uses) => uses.children)) {
    if (!point.uses.has(name)) faults.push(fault('point', widget.name, `may not use ${name}`))
  }
  return faults
}

function lintUniqueNames(root: XmlElement): Fault[] {
  const names = (block: string, name: (child: XmlElement) => string): Fault[] =>
    repeated(all(root, block).flatMap((element) => element.children.map(name))).map((twice) =>
      fault('duplicate', `${block}: ${twice}`, 'the name is taken'),
    )
  return [
    ...names('popups', (popup) => textOf(popup, 'name')),
    ...names('buttons', (button) => button.attributes['name'] ?? ''),
    ...names('iframes', (iframe) => iframe.attributes['type'] ?? ''),
  ]
}

function all(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name)
}

function textOf(element: XmlElement, name: string): string {
  return all(element, name)[0]?.text ?? ''
}

function descendants(element: XmlElement): XmlElement[] {
  return [element, ...element.children.flatMap(descendants)]
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

function fault(rule: Rule, place: string, message: string): Fault {
  return { rule, place, message }
}
