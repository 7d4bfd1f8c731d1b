/** The database is not one that this program may go on with. Its text is for whoever starts the server. */
export class UnfitDatabase extends Error {
  override name = 'UnfitDatabase'
}
