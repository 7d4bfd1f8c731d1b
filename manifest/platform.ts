/** What MoySklad's vendor documentation allows where; only the rows that a gift-card application can meet. */

export type PermissionType = 'operation' | 'dictionary' | 'base'

export const PERMISSION_TYPES: ReadonlyMap<string, PermissionType> = new Map([
  ['retailDemand', 'operation'],
  ['retailSalesReturn', 'operation'],
  ['retailDrawerCashIn', 'operation'],
  ['retailDrawerCashOut', 'operation'],
  ['prepayment', 'operation'],
  ['prepaymentReturn', 'operation'],
  ['customerOrder', 'operation'],
  ['bonusTransaction', 'operation'],
  ['retailShift', 'dictionary'],
  ['good', 'dictionary'],
  ['company', 'dictionary'],
  ['retailStore', 'base'],
  ['employee', 'base'],
  ['myCompany', 'base'],
  ['warehouse', 'base'],
  ['currency', 'base'],
  ['uom', 'base'],
  ['taxRate', 'base'],
  ['customDictionary', 'base'],
  ['customEntity', 'base'],
])

export const LEVELS: Readonly<Record<PermissionType, ReadonlySet<string>>> = {
  operation: new Set(['view', 'create', 'update', 'delete', 'print', 'approve']),
  dictionary: new Set(['view', 'create', 'update', 'delete', 'print']),
  base: new Set(['view', 'create', 'update', 'delete']),
}

/** Of each pair at most one may be asked for. */
export const EXCLUSIVE_PERMISSIONS: readonly (readonly [string, string])[] = [
  ['useOwnWebhooks', 'useAllWebhooks'],
  ['useOwnAttributeMetadata', 'useAllAttributeMetadata'],
]

export type PointRules = { readonly supports: ReadonlySet<string>; readonly uses: ReadonlySet<string> }

const CHANGES = ['change-handler', 'validation-feedback']
const OBJECT = ['open-feedback', 'save-handler', 'dirty-state']
const SERVICES = ['good-folder-selector', 'standard-dialogs', 'navigation-service', 'user-context']

export const POINTS: ReadonlyMap<string, PointRules> = new Map([
  ['document.retaildemand.create', rules(CHANGES, ['user-context'])],
  ['document.retaildemand.edit', rules([...OBJECT, ...CHANGES], SERVICES)],
  ['document.retailsalesreturn.edit', rules(OBJECT, SERVICES)],
  ['entity.counterparty.edit', rules(OBJECT, SERVICES)],
  ['entity.product.edit', rules(OBJECT, SERVICES)],
  ['document.customerorder.create', rules(CHANGES, ['user-context'])],
  ['document.customerorder.edit', rules([...OBJECT, ...CHANGES, 'update-provider'], SERVICES)],
])

/** At most one of each, in any order. */
export const TOP_BLOCKS: ReadonlySet<string> = new Set([
  'vendorApi',
  'access',
  'loyaltyApi',
  'iframes',
  'widgets',
  'popups',
  'buttons',
  'scenario',
])

function rules(supports: readonly string[], uses: readonly string[]): PointRules {
  return { supports: new Set(supports), uses: new Set(uses) }
}
