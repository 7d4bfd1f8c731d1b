import { CaseId, DecisionRequest } from '../../core/wire/cases.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody, readId } from '../http/body.ts'
import { listCases } from '../ledger/decisions/case-list.ts'
import { type Decided, decideCase as decide } from '../ledger/decisions/decide-case.ts'
import type { Handler } from '../http/handler.ts'

export function cases({ db, clock }: Deps): Handler<'cases'> {
  return async (c) => {
    const { accountId } = c.var.session
    return { cases: await db.read((query) => listCases(query, accountId, clock())), next: null }
  }
}

/** A manager decides; the till hears of it with its next answer. */
export function decideCase({ db, clock, log, programmes }: Deps): Handler<'decideCase'> {
  return async (c) => {
    const { accountId, employeeId } = c.var.session
    const { choice, note } = await readBody(c, DecisionRequest)
    const id = readId(c, CaseId)
    const wanted = { accountId, id, choice, note, by: employeeId }
    const decided = await db
      .write((tx) => decide(tx, wanted, { programmes, nowMs: clock() }))
      .catch((error: unknown): Decided => {
        if (error instanceof Error && error.name === 'NotPossible') return { status: 'not_possible' }
        throw error
      })
    switch (decided.status) {
      case 'unknown':
        throw new ApiError('case_unknown')
      case 'not_possible':
        throw new ApiError('choice_unknown')
      case 'decided':
        log.info({ event: 'case_decided', accountId, employeeId, caseId: id, choice })
        return decided.view
    }
  }
}
