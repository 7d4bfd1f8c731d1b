/** What does not agree in the books, in words. Thrown inside the walk over them and turned into a value at its edge. */
export class Difference extends Error {
  override name = 'Difference'
}
