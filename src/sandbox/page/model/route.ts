/**
 * Addresses of the sandbox's pages, in the form that MoySklad uses: the part after `#`. How it calls the page of a new return
 * is not known.
 */
export type Route =
  | { readonly page: 'list' }
  | { readonly page: 'new' }
  | { readonly page: 'sale'; readonly id: string }
  | { readonly page: 'returns' }
  | { readonly page: 'shifts' }
  | { readonly page: 'new-return'; readonly demandId: string }
  | { readonly page: 'return'; readonly id: string }

const ID = '([0-9a-f-]{36})$'

export function readRoute(hash: string): Route | null {
  if (hash === '#retaildemand') return { page: 'list' }
  if (hash === '#retailshift') return { page: 'shifts' }
  if (hash === '#retailsalesreturn') return { page: 'returns' }
  if (hash === '' || hash === '#' || hash === '#retaildemand/edit?new') return { page: 'new' }
  const idIn = (path: string) => new RegExp(`^#${path}=${ID}`).exec(hash)?.[1]
  const sale = idIn('retaildemand/edit\\?id')
  if (sale !== undefined) return { page: 'sale', id: sale }
  const basis = idIn('retailsalesreturn/edit\\?new&demand')
  if (basis !== undefined) return { page: 'new-return', demandId: basis }
  const id = idIn('retailsalesreturn/edit\\?id')
  return id === undefined ? null : { page: 'return', id }
}

export function routeHash(route: Route): string {
  switch (route.page) {
    case 'list':
      return '#retaildemand'
    case 'new':
      return '#retaildemand/edit?new'
    case 'sale':
      return `#retaildemand/edit?id=${route.id}`
    case 'shifts':
      return '#retailshift'
    case 'returns':
      return '#retailsalesreturn'
    case 'new-return':
      return `#retailsalesreturn/edit?new&demand=${route.demandId}`
    case 'return':
      return `#retailsalesreturn/edit?id=${route.id}`
  }
}
