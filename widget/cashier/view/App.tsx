import { useEffect, useState } from 'preact/hooks'
import { Action } from './Action.tsx'
import { DraftCards } from './DraftCards.tsx'
import { GhostBox } from './GhostBox.tsx'
import { LinkBox } from './LinkBox.tsx'
import { NotUndone } from './NotUndone.tsx'
import { QuestionBox } from './QuestionBox.tsx'
import { Refused } from './Refused.tsx'
import { ResultBox } from './ResultBox.tsx'
import { PaidElsewhere, Searching, Unposted } from './SaleState.tsx'
import { ScanBox } from './ScanBox.tsx'
import type { LaterViews, ScreenProps } from './screen-props.ts'
import { SeenCard } from './SeenCard.tsx'
import { StatusLine } from './StatusLine.tsx'
import { Warned } from './Warned.tsx'
import { attend } from './attend.ts'
import { useSteady } from './use-steady.ts'
import { isOwn } from '../model/need.ts'
import { isSold, type Result, statusOf } from '../model/result.ts'

interface AppProps extends ScreenProps {
  /** Null until its file is there: then there is no button for it either. */
  later: LaterViews | null
}

/** The embedded screen, 400 px wide: the status line on top, then one thing to do. */
export function App({ checkout, language, later }: AppProps) {
  const trouble = checkout.trouble.value
  // A till that is shut out has refused the sale at hand: the sum to collect is told before the reason (U5).
  const shutOut = trouble?.startsWith('till_') ?? false
  const refused = trouble === null || shutOut ? checkout.refused.value : null
  return (
    <div class="app" ref={attend}>
      <StatusLine checkout={checkout} language={language} later={later} />
      {trouble && !refused && (
        <p class="trouble" role="alert">
          <b aria-hidden="true">!</b> {language.words.trouble[trouble]}
        </p>
      )}
      {refused ? (
        <Refused
          key={refused.record.id}
          state={refused}
          language={language}
          onUnderstood={() => void checkout.decisions.acknowledge(refused)}
        />
      ) : later && checkout.screen.value === 'operations' ? (
        <later.Operations checkout={checkout} language={language} />
      ) : trouble ? null : (
        <Desk checkout={checkout} language={language} later={later} />
      )}
    </div>
  )
}

/** The scan box and the one action stay in sight; what comes and goes scrolls between them. */
function Desk({ checkout, language, later }: AppProps) {
  const focused = useFocus()
  const isSlow = useSteady(checkout.busy.value)
  const { charging, desk, document, ghosts, links, decisions, history } = checkout
  const isSearching = useSteady(charging.searching.value)
  const opened = document.opened.value
  const programme = checkout.ready.value?.session.programme ?? null
  const draft = checkout.draft.value
  const offline = checkout.line.value.reachable === false
  const { open, slots } = document.need.value
  const saved = document.saved.value
  // Before its drafts are found and its receipts are read a saved sale only seems to lack cards.
  const unsure = opened?.documentId && (charging.searching.value || !saved)
  const next = unsure ? undefined : open[0]
  const isOfOpen = ({ documentId }: Result) => documentId !== null && documentId === document.documentId.value
  // A second receipt of it leaves less to collect.
  const openSale = {
    sumKopecks: document.sale.value?.sumKopecks ?? null,
    paidKopecks: document.done.value.redeemedKopecks,
  }
  // One question at a time: a buyer waits, and scanning goes on beside it.
  const [ghost] = ghosts.list.value
  const [offer] = links.offers.value
  const [question] = charging.questions.value
  const asked = ghost ? (
    <GhostBox key={ghost.record.id} ghost={ghost} ghosts={ghosts} language={language} />
  ) : offer ? (
    <LinkBox key={offer.record.id} result={offer} links={links} language={language} />
  ) : question ? (
    <QuestionBox
      key={question.draft.id}
      question={question}
      answerable={charging.mayBeRight(question)}
      possible={!offline || charging.mayPromise(question.draft)}
      language={language}
      onAnswer={(yes) => void charging.answer(question, yes)}
    />
  ) : null
  return (
    <main class="desk">
      <ScanBox
        language={language}
        focused={focused}
        busy={isSlow}
        wanted={next ? { name: next.name, at: slots.length - open.length + 1, of: slots.length } : null}
        forgotten={Boolean(next && opened?.documentId && !draft)}
        typing={checkout.typing.value}
        onType={(text) => {
          // What was said of the last card is no answer to the next number.
          checkout.notice.value = null
          checkout.typing.value = text
        }}
        onNumber={(text) => checkout.scan(text, 'typed')}
      />
      <div class="desk-top">
        {checkout.notUndone.value.map((state) => (
          <NotUndone
            key={state.record.id}
            state={state}
            results={history.results.value}
            language={language}
            onUnderstood={() => void decisions.acknowledge(state)}
          />
        ))}
        <Warned warning={checkout.warning.value} savesFirst={document.savesFirst.value} language={language} />
        {asked}
        {isSearching && charging.expected.value && (
          <Searching draft={charging.expected.value} language={language} />
        )}
        {charging.unposted.value.map((one) => (
          <Unposted key={one.id} draft={one} language={language} onLetGo={() => void charging.letGo(one)} />
        ))}
        <div class="cards" aria-live="polite">
          {checkout.results.value
            .filter((result) => statusOf(result) !== 'refused')
            .map((result) => (
              <ResultBox
                key={result.record.id}
                result={result}
                language={language}
                programme={programme}
                sale={isOfOpen(result) ? openSale : null}
                isSold={(cardId) => isSold(cardId, history.results.value)}
                unanswered={history.late.value.has(result.record.id) || offline}
                decided={history.decided.value}
                decisions={decisions}
                onWait={() => history.watch(result.record.id, true)}
                undo={later && <later.Undo result={result} language={language} />}
              />
            ))}
          {saved?.receipts.map(
            (receipt, at) =>
              receipt.stands &&
              !isOwn(receipt, history.results.value) && (
                <PaidElsewhere key={at} receipt={receipt} language={language} />
              ),
          )}
        </div>
        {checkout.seen.value.map((card) => (
          <SeenCard
            key={card.id}
            card={card}
            language={language}
            why={desk.whyNotIn(card)}
            onRemove={() => void desk.remove(card.id)}
            history={later && <later.CardHistory card={card} language={language} />}
          />
        ))}
        {draft && programme && (
          <DraftCards
            draft={draft}
            programme={programme}
            bookAtMs={checkout.readiness.value.asOfMs}
            language={language}
            onAmount={(cardId, kopecks) => void desk.setAmount(cardId, kopecks)}
            onRemove={(cardId) => void desk.remove(cardId)}
          />
        )}
      </div>
      <Action
        panel={checkout.panel.value}
        notice={checkout.notice.value ?? (offline && !checkout.ready.value ? { kind: 'away' } : null)}
        busy={checkout.busy.value}
        slow={isSlow}
        posted={document.posted.value}
        advance={programme?.accounting === 'advance'}
        language={language}
        onPress={(shownKopecks) => void checkout.confirm(shownKopecks)}
        onTakeOff={() => void checkout.takeCardsOff()}
        onOperations={later && (() => (checkout.screen.value = 'operations'))}
      />
    </main>
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
