import type { Language } from '../words/language.ts'
import type { ScreenProps } from './screen-props.ts'
import type { Notice } from '../model/card-desk.ts'

/** What is wrong with the last scan or press, in one sentence. */
export function NoticeLine({ checkout, language }: ScreenProps) {
  const notice = checkout.notice.value
  if (!notice) return null
  return (
    <p class="notice" role="alert">
      <b aria-hidden="true">!</b> {noticeText(notice, language)}
    </p>
  )
}

export function noticeText(notice: Notice, { words, sum, date }: Language): string {
  switch (notice.kind) {
    case 'refusal': {
      const { refusal, card } = notice
      return words.refusal(refusal.code, {
        sum: refusal.possibleKopecks === null ? null : sum(refusal.possibleKopecks),
        date: card?.expiresOn ? date(card.expiresOn) : null,
        till: card?.heldBy ?? null,
      })
    }
    case 'scan':
      return words.scanFault[notice.fault]
    default:
      return words.notice[notice.kind]
  }
}
