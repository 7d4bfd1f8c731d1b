import { useEffect, useState } from 'preact/hooks'
import { sumKopecks } from '../../../src/core/money.ts'
import type { OperationKind } from '../../../src/core/receipt/kinds.ts'
import type { ScreenProps } from './screen-props.ts'
import { NoticeLine } from './NoticeLine.tsx'
import { NotUndone } from './NotUndone.tsx'
import { Readiness } from './Readiness.tsx'
import { ShiftSummary } from './ShiftSummary.tsx'
import { effectsOf, isUnsentPromise, type Result, statusOf, summaryOf } from '../model/result.ts'
import type { Sounds } from '../model/sounds.ts'
import type { ShiftReport } from '../model/shift.ts'
import type { OperationsWords } from '../words/operations-words.ts'

interface OperationsProps extends ScreenProps {
  words: OperationsWords
  onUndo: (result: Result) => Promise<void>
}

/** The last operations of this till, with the way to undo one. */
export function Operations({
  shift,
  sounds,
  ...props
}: OperationsProps & { shift: ShiftReport; sounds: Sounds }) {
  const { checkout, language, words } = props
  const results = checkout.history.results.value
  // The day so far is read when somebody looks, and again when something of it has changed.
  useEffect(() => void shift.look(), [shift, results])
  return (
    <main class="operations">
      <div class="card-line">
        <h1>{words.title}</h1>
        <button type="button" class="link" aria-pressed={sounds.on.value} onClick={() => sounds.toggle()}>
          {words.sounds[sounds.on.value ? 'on' : 'off']}
        </button>
        <button type="button" class="link" onClick={() => (checkout.screen.value = 'desk')}>
          {words.back}
        </button>
      </div>
      {checkout.notUndone.value.map((state) => (
        <NotUndone
          key={state.record.id}
          state={state}
          results={results}
          language={language}
          onUnderstood={() => void checkout.decisions.acknowledge(state)}
        />
      ))}
      <NoticeLine notice={checkout.notice.value} language={language} />
      <Readiness checkout={checkout} language={language} words={words.ready} />
      <ShiftSummary shift={shift} language={language} words={words.shift} />
      {results.length === 0 && <p class="dim">{words.none}</p>}
      <ul>
        {results.map((result) => (
          <Row key={result.record.id} result={result} {...props} />
        ))}
      </ul>
    </main>
  )
}

function Row({ result, checkout, language, words, onUndo }: OperationsProps & { result: Result }) {
  const { words: common, sum, time } = language
  // Where nothing is stored the server tells of them, and a newer one may know more kinds.
  const kinds: Partial<Record<OperationKind, string>> = { ...common.operation, ...words.kinds }
  const [asking, setAsking] = useState(false)
  const { receipt, record } = result
  const status = statusOf(result)
  const { redeemedKopecks } = summaryOf(result)
  const tone = status === 'done' ? 'good' : status === 'refused' || status === 'in_review' ? 'bad' : ''
  const lines = receipt.operations.map((operation) => {
    const part = operation.kind === 'refund' ? operation.basis : operation
    const last4 = 'cardId' in part && record.faces.find((face) => face.cardId === part.cardId)?.last4
    const amount =
      'faceKopecks' in part ? part.faceKopecks : 'amountKopecks' in part ? (part.amountKopecks ?? 0) : 0
    const name = kinds[operation.kind] ?? operation.kind
    return `${name} ${sum(amount)} ${last4 ? common.card.face(last4) : ''}`
  })
  const decision = checkout.history.decided.value.get(record.id)
  const loss = sumKopecks(effectsOf(result).map((effect) => effect.lossKopecks))
  return (
    <li class="card">
      <div class="card-line">
        <span class="dim">{time(record.recordedAtMs)}</span>
        {!decision && <span class={`state ${tone}`}>{words.states[status]}</span>}
      </div>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {status === 'cancelled' && redeemedKopecks > 0 && <p>{common.result.undone(sum(redeemedKopecks))}</p>}
      {(status === 'cancelled' || status === 'cancelling') && <p class="dim">{common.ring.undo}</p>}
      {decision && <p>{common.result.decided(decision.choice)}</p>}
      {loss > 0 && <p class="notice">{common.result.loss(sum(loss))}</p>}
      {(status === 'done' || isUnsentPromise(result)) && !asking && (
        <button type="button" class="link" onClick={() => setAsking(true)}>
          {words.undo}
        </button>
      )}
      {asking && (
        <div class="choices">
          <span>{words.undoSure}</span>
          <button
            type="button"
            class="secondary"
            onClick={() => {
              setAsking(false)
              void onUndo(result)
            }}
          >
            {words.undoYes}
          </button>
          <button type="button" class="link" onClick={() => setAsking(false)}>
            {words.undoNo}
          </button>
        </div>
      )}
    </li>
  )
}
