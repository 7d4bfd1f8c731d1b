import type { ErrorCode } from '../../core/wire/errors.ts'

type Status = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 424 | 429 | 500

/** What people read; the code is for programs. */
const answers: Record<ErrorCode, { status: Status; message: string }> = {
  body_invalid: { status: 400, message: 'Запрос составлен неверно' },
  body_too_large: { status: 413, message: 'Запрос слишком велик' },
  not_found: { status: 404, message: 'Такого адреса нет' },
  session_missing: { status: 401, message: 'Нужно войти заново: обновите страницу МоегоСклада' },
  session_expired: { status: 401, message: 'Вход устарел: обновите страницу МоегоСклада' },
  context_invalid: { status: 401, message: 'МойСклад не подтвердил вход: обновите страницу' },
  not_allowed: { status: 403, message: 'На это нет прав' },
  wire_version_unknown: { status: 400, message: 'Версия приложения не подходит: обновите страницу' },
  till_unknown: { status: 403, message: 'Эта касса не зарегистрирована: обновите страницу МоегоСклада' },
  id_taken: { status: 409, message: 'Этот номер записи уже занят другой записью' },
  programme_missing: { status: 409, message: 'Правила подарочных карт ещё не настроены' },
  too_many_attempts: {
    status: 429,
    message: 'Слишком много неизвестных номеров: подождите или позовите менеджера',
  },
  // Not a 5xx: the till would take it for a silence of ours.
  moysklad_unreachable: { status: 424, message: 'МойСклад не отвечает: повторите позже' },
  nonce_stale: { status: 409, message: 'Подпись устарела: повторите' },
  signature_invalid: { status: 401, message: 'Подпись кассы не подходит: обновите страницу МоегоСклада' },
  till_not_active: { status: 403, message: 'Эта касса отключена или ждёт решения управляющего' },
  journal_over: { status: 409, message: 'Эта касса продолжает в новом журнале: обновите страницу' },
  case_unknown: { status: 404, message: 'Такого вопроса нет' },
  choice_unknown: { status: 409, message: 'Так этот вопрос решить нельзя, или он уже решён' },
  internal: { status: 500, message: 'Ошибка сервера: повторите' },
}

/** An answer that is no answer to the question asked; nothing was changed. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: ErrorCode
  readonly status: Status
  readonly nonce: string | null
  /** @param detail where the fault lies; never what the caller sent */
  constructor(code: ErrorCode, options: { detail?: string; status?: Status; nonce?: string } = {}) {
    super(options.detail ? `${answers[code].message} (${options.detail})` : answers[code].message)
    this.code = code
    this.nonce = options.nonce ?? null
    this.status = options.status ?? answers[code].status
  }
}
