/** The two extension points of a retail sale. */
export type Point = 'document.retaildemand.create' | 'document.retaildemand.edit'

export const CREATE: Point = 'document.retaildemand.create'
export const EDIT: Point = 'document.retaildemand.edit'
export const POINTS: readonly Point[] = [CREATE, EDIT]

/** What one widget of the descriptor declares. */
export type WidgetPoint = {
  readonly sourceUrl: string
  readonly heightPx: number
  /** Names of `supports` and `uses` elements. */
  readonly protocols: ReadonlySet<string>
}

export type WidgetPoints = ReadonlyMap<Point, WidgetPoint>
