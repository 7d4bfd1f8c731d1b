import * as v from 'valibot'
import type { InvalidMessageError } from './host-messages.ts'
import { Int, tryShape } from '../../../core/shape.ts'

/** What a widget or a popup may send, by MoySklad's vendor documentation, window protocol. */
const MAX_FEEDBACK_LENGTH = 100
const MAX_DIALOG_LENGTH = 4096
const MAX_CAPTION_LENGTH = 100

const integer = v.pipe(v.number('ожидается целое число'), v.safeInteger('ожидается целое число'))
const text = (max: number) =>
  v.pipe(v.string('ожидается строка'), v.maxLength(max, `длина больше ${max} символов`))

const feedback = { name: v.literal('ValidationFeedback'), messageId: integer, correlationId: integer }

const SCHEMAS = {
  OpenFeedback: v.object({ name: v.literal('OpenFeedback'), correlationId: integer }),
  ValidationFeedback: v.variant(
    'valid',
    [
      // With a good verdict the official SDK sends a message as well; it means nothing.
      v.object({ ...feedback, valid: v.literal(true) }),
      v.object({ ...feedback, valid: v.literal(false), message: text(MAX_FEEDBACK_LENGTH) }),
    ],
    'ожидается true или false',
  ),
  SetDirty: v.object({ name: v.literal('SetDirty'), messageId: integer, openMessageId: integer }),
  ClearDirty: v.object({ name: v.literal('ClearDirty'), messageId: integer }),
  ShowDialogRequest: v.object({
    name: v.literal('ShowDialogRequest'),
    messageId: integer,
    dialogText: text(MAX_DIALOG_LENGTH),
    buttons: v.pipe(
      v.array(v.object({ name: v.string('ожидается строка'), caption: text(MAX_CAPTION_LENGTH) })),
      v.minLength(1, 'нужна хотя бы одна кнопка'),
    ),
  }),
  NavigateRequest: v.object({
    name: v.literal('NavigateRequest'),
    messageId: integer,
    path: v.pipe(v.string('ожидается строка'), v.startsWith('#', 'ожидается адрес, который начинается с #')),
    target: v.picklist(['self', 'blank'], 'ожидается self или blank'),
  }),
  ShowPopupRequest: v.object({
    name: v.literal('ShowPopupRequest'),
    messageId: integer,
    popupName: v.string('ожидается строка'),
    popupParameters: v.optional(v.unknown()),
  }),
  ClosePopup: v.object({
    name: v.literal('ClosePopup'),
    messageId: integer,
    popupResponse: v.optional(v.unknown()),
  }),
  SelectGoodFolderRequest: v.object({ name: v.literal('SelectGoodFolderRequest'), messageId: integer }),
  UserContextRequest: v.object({ name: v.literal('UserContextRequest'), messageId: integer }),
} as const

type Name = keyof typeof SCHEMAS
export type WidgetMessage = v.InferOutput<(typeof SCHEMAS)[Name]>

const serviceNames = [
  'ShowDialogRequest',
  'NavigateRequest',
  'ShowPopupRequest',
  'SelectGoodFolderRequest',
  'UserContextRequest',
] as const satisfies readonly Name[]
/** Requests that are answered alike wherever they come from. */
export const SERVICES: ReadonlySet<string> = new Set(serviceNames)
export type ServiceMessage = Extract<WidgetMessage, { name: (typeof serviceNames)[number] }>

/** Which protocol of the sender's page allows a message. */
const PROTOCOL_OF: Readonly<Record<Name, string>> = {
  OpenFeedback: 'open-feedback',
  ValidationFeedback: 'validation-feedback',
  SetDirty: 'dirty-state',
  ClearDirty: 'dirty-state',
  ShowDialogRequest: 'standard-dialogs',
  NavigateRequest: 'navigation-service',
  // Whether a widget of a new sale may open a popup is not said; it is let here, as the list of messages has no exception.
  ShowPopupRequest: 'popups',
  ClosePopup: 'popup',
  SelectGoodFolderRequest: 'good-folder-selector',
  UserContextRequest: 'user-context',
}

/** Of the platform's protocols this one is at no retail point. */
const NEVER_GRANTED: ReadonlySet<string> = new Set(['UpdateRequest'])

export type Read =
  | { readonly kind: 'message'; readonly message: WidgetMessage }
  | { readonly kind: 'invalid'; readonly answer: InvalidMessageError }
  /** The raw height of a main window, which means nothing for a widget. */
  | { readonly kind: 'ignored' }

const Named = v.looseObject({ name: v.string() })

/** @param protocols of the sender's page */
export function readWidgetMessage(data: unknown, protocols: ReadonlySet<string>): Read {
  const named = tryShape(Named, data)
  if (!named.success) {
    const isHeight = tryShape(v.strictObject({ height: v.pipe(v.number(), v.finite()) }), data).success
    return isHeight ? { kind: 'ignored' } : invalid(data, missing('name'))
  }
  const { name } = named.data
  if (NEVER_GRANTED.has(name)) return invalid(data, unsupported(name))
  if (!isName(name)) return invalid(data, badValue('name', `неизвестное сообщение '${name}'`))
  if (!protocols.has(PROTOCOL_OF[name])) return invalid(data, unsupported(name))
  const parsed = tryShape(SCHEMAS[name], data)
  if (parsed.success) return { kind: 'message', message: parsed.data }
  return invalid(
    data,
    ...parsed.error.faults.map((issue) => {
      const parameter = issue.path.map(String).join('.')
      const top = String(issue.path[0])
      return named.data[top] === undefined ? missing(top) : badValue(parameter, issue.message)
    }),
  )
}

export function wrongState(data: unknown, state: string, expected: string): InvalidMessageError {
  const name = tryShape(Named, data)
  return invalidMessage(data, {
    code: 1000,
    error:
      `Недопустимое состояние виджета ${state} для сообщения ${name.success ? name.data.name : ''}, ` +
      `допустимые состояния: ${expected}`,
  })
}

export function badParameter(data: unknown, parameter: string, reason: string): InvalidMessageError {
  return invalidMessage(data, badValue(parameter, reason))
}

/** The host itself could not do it; the sender may try again. */
export function hostFault(data: unknown, name: string, reason: string): InvalidMessageError {
  return invalidMessage(data, { code: 1006, error: `Ошибка обработки сообщения ${name}: ${reason}` })
}

export function parallelRequest(data: unknown, name: string): InvalidMessageError {
  return invalidMessage(data, { code: 1003, error: `Параллельный запрос ${name}` })
}

type MessageFault = InvalidMessageError['errors'][number]

function missing(parameter: string): MessageFault {
  return { code: 1001, error: `Отсутствует обязательный параметр ${parameter}` }
}

function badValue(parameter: string, reason: string): MessageFault {
  return { code: 1002, error: `Некорректное значение параметра ${parameter}: ${reason}` }
}

function unsupported(name: string): MessageFault {
  return { code: 1004, error: `Виджет не поддерживает протокол для обработки сообщения ${name}` }
}

function invalid(data: unknown, ...errors: MessageFault[]): Read {
  return { kind: 'invalid', answer: invalidMessage(data, ...errors) }
}

function invalidMessage(data: unknown, ...errors: MessageFault[]): InvalidMessageError {
  const withId = tryShape(v.object({ messageId: Int }), data)
  return {
    name: 'InvalidMessageError',
    correlationId: withId.success ? withId.data.messageId : null,
    invalidMessage: data,
    errors,
  }
}

function isName(name: string): name is Name {
  return Object.hasOwn(SCHEMAS, name)
}
