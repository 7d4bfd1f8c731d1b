import type { FinalOutcome } from '../../../src/core/receipt/outcome.ts'
import type { Notice } from '../model/notice.ts'
import type { Language } from '../words/language.ts'

/** What is wrong with the last scan or press, in one sentence. */
export function NoticeLine({ notice, language }: { notice: Notice | null; language: Language }) {
  if (!notice) return null
  return (
    <p
      class={`notice ${notice.kind === 'lowered' || notice.kind === 'scan_again' ? 'mild' : ''}`}
      role="alert"
    >
      <b aria-hidden="true">!</b> {noticeText(notice, language)}
    </p>
  )
}

function noticeText(notice: Notice, { words, sum, date }: Language): string {
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
    case 'lowered':
      return words.lowered(sum(notice.toKopecks))
    default:
      return words.notice[notice.kind]
  }
}

/** Why a receipt did not get its way; empty where it did. */
export function reasonOf(outcome: FinalOutcome | null, language: Language): string {
  switch (outcome?.status) {
    case 'refused':
      return noticeText({ kind: 'refusal', refusal: outcome.refusal, card: null }, language)
    case 'in_review':
      return language.words.result.inReview(outcome.code)
    default:
      return ''
  }
}
