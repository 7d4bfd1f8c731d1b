import { wireVersion } from '../../core/receipt/version.ts'
import type { Deps } from '../deps.ts'
import type { Handler } from '../http/handler.ts'

export function health({ db }: Deps): Handler<'health'> {
  return async () => {
    await db.read((query) => query.all('select 1 as one'))
    return { status: 'ok', wire: wireVersion, database: db.engine }
  }
}
