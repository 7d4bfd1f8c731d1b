import { useState } from 'preact/hooks'
import { sumKopecks } from '../../../src/core/money.ts'
import type { ScreenProps } from './screen-props.ts'
import { NoticeLine } from './NoticeLine.tsx'
import { Readiness } from './Readiness.tsx'
import { ShiftSummary } from './ShiftSummary.tsx'
import { effectsOf, type Result, statusOf } from '../model/result.ts'

/** The last operations of this till, with the way to undo one. */
export function Operations({ checkout, language }: ScreenProps) {
  const { words } = language
  const results = checkout.history.results.value
  return (
    <main class="operations">
      <div class="card-line">
        <h1>{words.operations.title}</h1>
        <button type="button" class="link" onClick={() => (checkout.screen.value = 'desk')}>
          {words.operations.back}
        </button>
      </div>
      <NoticeLine checkout={checkout} language={language} />
      <Readiness checkout={checkout} language={language} />
      <ShiftSummary checkout={checkout} language={language} />
      {results.length === 0 && <p class="dim">{words.operations.none}</p>}
      <ul>
        {results.map((result) => (
          <Row key={result.record.id} result={result} checkout={checkout} language={language} />
        ))}
      </ul>
    </main>
  )
}

function Row({ result, checkout, language }: ScreenProps & { result: Result }) {
  const { words, sum, time } = language
  const [asking, setAsking] = useState(false)
  const { receipt, record } = result
  const status = statusOf(result)
  const tone = status === 'done' ? 'good' : status === 'refused' || status === 'in_review' ? 'bad' : ''
  const lines = receipt.operations.map((operation) => {
    const part = operation.kind === 'refund' ? operation.basis : operation
    const last4 = 'cardId' in part && record.faces.find((face) => face.cardId === part.cardId)?.last4
    const amount =
      'faceKopecks' in part ? part.faceKopecks : 'amountKopecks' in part ? (part.amountKopecks ?? 0) : 0
    const name =
      operation.kind in words.operations ? words.operations[operation.kind as 'load'] : operation.kind
    return `${name} ${sum(amount)} ${last4 ? words.card.face(last4) : ''}`
  })
  const decision = checkout.history.decided.value.get(record.id)
  const loss = sumKopecks(effectsOf(result).map((effect) => effect.lossKopecks))
  return (
    <li class="card">
      <div class="card-line">
        <span class="dim">{time(record.recordedAtMs)}</span>
        {!decision && <span class={`state ${tone}`}>{words.operations.states[status]}</span>}
      </div>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {decision && <p>{words.result.decided(decision.choice)}</p>}
      {loss > 0 && <p class="notice">{words.result.loss(sum(loss))}</p>}
      {status === 'done' && !asking && (
        <button type="button" class="link" onClick={() => setAsking(true)}>
          {words.operations.undo}
        </button>
      )}
      {asking && (
        <div class="choices">
          <span>{words.operations.undoSure}</span>
          <button
            type="button"
            class="secondary"
            onClick={() => {
              setAsking(false)
              void checkout.decisions.cancel(result)
            }}
          >
            {words.operations.undoYes}
          </button>
          <button type="button" class="link" onClick={() => setAsking(false)}>
            {words.operations.undoNo}
          </button>
        </div>
      )}
    </li>
  )
}
