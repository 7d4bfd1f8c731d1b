/** The extension points of a retail sale and of its return. */
export type Point =
  'document.retaildemand.create' | 'document.retaildemand.edit' | 'document.retailsalesreturn.edit'

export const CREATE: Point = 'document.retaildemand.create'
export const EDIT: Point = 'document.retaildemand.edit'
export const RETURN: Point = 'document.retailsalesreturn.edit'
export const POINTS: readonly Point[] = [CREATE, EDIT, RETURN]

/** A page of the application that the platform shows in a frame. */
export type DeclaredPage = {
  readonly sourceUrl: string
  /**
   * What decides which messages the page may send: names of `supports` and `uses` elements, `popups` for a widget of an
   * application that has popups, and `popup` for a popup itself.
   */
  readonly protocols: ReadonlySet<string>
}

export type WidgetPoint = DeclaredPage & { readonly heightPx: number }
export type WidgetPoints = ReadonlyMap<Point, WidgetPoint>

/** What the sandbox reads of the application's descriptor. Popups are known by their names. */
export type Descriptor = {
  readonly widgets: WidgetPoints
  readonly popups: ReadonlyMap<string, DeclaredPage>
}

/** Where a frame of the application lives. */
export type Place = Point | `popup ${string}`

export function popupPlace(name: string): Place {
  return `popup ${name}`
}

/** Undefined for a page that the descriptor does not declare. */
export function pageOf(descriptor: Descriptor, place: Place): DeclaredPage | undefined {
  return isPoint(place)
    ? descriptor.widgets.get(place)
    : descriptor.popups.get(place.slice(popupPlace('').length))
}

export function isPoint(place: Place): place is Point {
  return (POINTS as readonly Place[]).includes(place)
}
