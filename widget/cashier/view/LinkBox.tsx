import type { Links } from '../model/links.ts'
import { type Result, summaryOf } from '../model/result.ts'
import type { Language } from '../words/language.ts'
import { AskBox } from './AskBox.tsx'

interface LinkProps {
  result: Result
  links: Pick<Links, 'accept' | 'decline'>
  language: Language
}

/** A receipt that was committed without a document fits this sale (M11): one press keeps it from being charged twice. */
export function LinkBox({ result, links, language }: LinkProps) {
  const { words, sum, time, faces } = language
  const { redeemedKopecks } = summaryOf(result)
  const at = time(result.record.recordedAtMs)
  const text =
    redeemedKopecks > 0
      ? words.question.linkRedeem(sum(redeemedKopecks), at)
      : words.question.linkLoad(faces(result.record.faces), at)
  return (
    <AskBox
      text={text}
      note={faces(result.record.faces)}
      yes={[words.question.linkYes, () => links.accept(result)]}
      no={[words.question.linkNo, () => links.decline(result)]}
    />
  )
}
