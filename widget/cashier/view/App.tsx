import { useEffect, useState } from 'preact/hooks'
import { CardList } from './CardList.tsx'
import { GhostBox } from './GhostBox.tsx'
import { LinkBox } from './LinkBox.tsx'
import { NoticeLine } from './NoticeLine.tsx'
import { QuestionBox } from './QuestionBox.tsx'
import { Refused } from './Refused.tsx'
import { ResultBox } from './ResultBox.tsx'
import { ScanBox } from './ScanBox.tsx'
import type { LaterScreen, ScreenProps } from './screen-props.ts'
import { StatusLine } from './StatusLine.tsx'
import { statusOf } from '../model/result.ts'

interface AppProps extends ScreenProps {
  /** Null until its file is there: then there is no button for it either. */
  operations: LaterScreen | null
}

/** The embedded screen, 400 px wide: the status line on top, then one thing to do. */
export function App({ checkout, language, operations: Operations }: AppProps) {
  const focused = useFocus()
  const trouble = checkout.trouble.value
  // A till that is shut out has refused the sale at hand: the sum to collect is told before the reason (U5).
  const shutOut = trouble?.startsWith('till_') ?? false
  const refused = trouble === null || shutOut ? checkout.history.attention.value[0] : undefined
  const warning = checkout.warning.value
  const asked = checkout.questions.value.length > 0
  return (
    <div class="app">
      <StatusLine checkout={checkout} language={language} operations={Operations} />
      {trouble && !refused && (
        <p class="trouble" role="alert">
          <b aria-hidden="true">!</b> {language.words.trouble[trouble]}
        </p>
      )}
      {refused ? (
        <Refused key={refused.record.id} state={refused} checkout={checkout} language={language} />
      ) : Operations && checkout.screen.value === 'operations' ? (
        <Operations checkout={checkout} language={language} />
      ) : trouble ? null : (
        <main class="desk">
          {warning && (
            <p class={warning === 'memory_only' ? 'result warn' : 'notice'} role="status">
              <b aria-hidden="true">!</b>{' '}
              <span>
                {warning === 'memory_only' ? language.words.memoryOnly : language.words.storageFull}
                {checkout.savesFirst.value && `. ${language.words.saveFirst}`}
              </span>
            </p>
          )}
          {checkout.ghosts.list.value.map((ghost) => (
            <GhostBox key={ghost.record.id} ghost={ghost} checkout={checkout} language={language} />
          ))}
          {checkout.links.offers.value.map((result) => (
            <LinkBox key={result.record.id} result={result} checkout={checkout} language={language} />
          ))}
          {checkout.questions.value.map((question) => (
            <QuestionBox
              key={question.draft.id}
              question={question}
              checkout={checkout}
              language={language}
            />
          ))}
          <div aria-live="polite">
            {checkout.results.value
              .filter((result) => statusOf(result) !== 'refused')
              .map((result) => (
                <ResultBox key={result.record.id} result={result} checkout={checkout} language={language} />
              ))}
          </div>
          {asked ? null : <ScanBox checkout={checkout} language={language} focused={focused} />}
          <NoticeLine checkout={checkout} language={language} />
          {asked ? null : <CardList checkout={checkout} language={language} />}
        </main>
      )}
    </div>
  )
}

/** Whether this frame gets the keys. */
function useFocus(): boolean {
  const [focused, setFocused] = useState(() => document.hasFocus())
  useEffect(() => {
    const update = () => setFocused(document.hasFocus())
    window.addEventListener('focus', update)
    window.addEventListener('blur', update)
    return () => {
      window.removeEventListener('focus', update)
      window.removeEventListener('blur', update)
    }
  }, [])
  return focused
}
