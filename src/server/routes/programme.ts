import { Programme } from '../../core/card/programme.ts'
import type { Deps } from '../deps.ts'
import { readBody } from '../http/body.ts'
import type { Handler } from '../http/handler.ts'

/** Ten thousand excluded goods take some 400 KB. */
const programmeBytesMax = 1024 * 1024

export function saveProgramme({ db, programmes, clock }: Deps): Handler<'saveProgramme'> {
  return async (c) => {
    const { accountId, employeeId } = c.var.session
    const programme = await readBody(c, Programme, programmeBytesMax)
    await db.write((tx) => programmes.save(tx, accountId, programme, employeeId, clock()))
    return programme
  }
}
