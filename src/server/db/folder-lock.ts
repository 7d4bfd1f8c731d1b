import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'

export class FolderTaken extends Error {
  override name = 'FolderTaken'
}

/** Locks in force. Kept here so that the garbage collector does not close the file and free the folder. */
const held = new Set<DatabaseSync>()

/**
 * Keeps a data folder for this process. The lock is SQLite's own on a small file of its own: the operating system
 * drops it when the process dies, so a crash leaves nothing to clean up. (WAL alone would let a second server write.)
 *
 * @returns a function that gives the folder back
 * @throws FolderTaken when another process has it
 */
export function lockFolder(folder: string): () => void {
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 })
  try {
    lock.exec('pragma journal_mode = delete; begin exclusive')
  } catch (cause) {
    lock.close()
    throw new FolderTaken(
      `The data folder ${folder} is in use by another Podarok server. Stop that one, or choose another folder (PODAROK_DATA_DIR, with npm start SANDBOX_DATA_DIR).`,
      { cause },
    )
  }
  held.add(lock)
  return () => {
    held.delete(lock)
    lock.close()
  }
}
