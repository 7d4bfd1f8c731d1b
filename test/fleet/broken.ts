/** A rule that the product has broken. */
export class Broken extends Error {
  override name = 'Broken'
}
