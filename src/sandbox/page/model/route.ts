/** Addresses of the sandbox's pages, in the form that MoySklad uses: the part after `#`. */
export type Route =
  { readonly page: 'list' } | { readonly page: 'new' } | { readonly page: 'sale'; readonly id: string }

export function readRoute(hash: string): Route | null {
  if (hash === '#retaildemand') return { page: 'list' }
  if (hash === '' || hash === '#' || hash === '#retaildemand/edit?new') return { page: 'new' }
  const id = /^#retaildemand\/edit\?id=([0-9a-f-]{36})$/.exec(hash)?.[1]
  return id === undefined ? null : { page: 'sale', id }
}

export function routeHash(route: Route): string {
  switch (route.page) {
    case 'list':
      return '#retaildemand'
    case 'new':
      return '#retaildemand/edit?new'
    case 'sale':
      return `#retaildemand/edit?id=${route.id}`
  }
}
