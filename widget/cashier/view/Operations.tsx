import { useEffect } from 'preact/hooks'
import { sumKopecks } from '../../../src/core/money.ts'
import type { ToldReceipt } from '../../../src/core/wire/receipts.ts'
import type { ScreenProps } from './screen-props.ts'
import { NoticeLine } from './NoticeLine.tsx'
import { NotUndone } from './NotUndone.tsx'
import { Readiness } from './Readiness.tsx'
import { ShiftSummary } from './ShiftSummary.tsx'
import { effectsOf, type Result, statusOf, summaryOf } from '../model/result.ts'
import type { Sounds } from '../model/sounds.ts'
import type { ShiftReport } from '../model/shift.ts'
import type { ToldOperations } from '../model/told-operations.ts'
import { kindName } from './kind-name.ts'
import { Undo } from './Undo.tsx'
import type { OperationsWords } from '../words/operations-words.ts'

interface OperationsProps extends ScreenProps {
  words: OperationsWords
  told: ToldOperations
  onUndo: (result: Result) => Promise<void>
}

/** The last operations of this till, with the way to undo one. */
export function Operations({
  shift,
  sounds,
  ...props
}: OperationsProps & { shift: ShiftReport; sounds: Sounds }) {
  const { checkout, language, words, told } = props
  const results = checkout.history.results.value
  const others = told.others.value
  // The day so far is read when somebody looks, and again when something of it has changed.
  useEffect(() => void shift.look(), [shift, results])
  useEffect(() => void told.look(), [told, results])
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
      {results.length + others.length === 0 && <p class="dim">{words.none}</p>}
      <ul>
        {results.map((result) => (
          <Row key={result.record.id} result={result} {...props} />
        ))}
        {others.map((receipt) => (
          <ToldRow key={receipt.own?.id} receipt={receipt} {...props} />
        ))}
      </ul>
    </main>
  )
}

function Row({ result, checkout, language, words, told, onUndo }: OperationsProps & { result: Result }) {
  const { words: common, sum, time, face } = language
  const { receipt, record } = result
  const status = statusOf(result)
  const { redeemedKopecks } = summaryOf(result)
  const tone = status === 'done' ? 'good' : status === 'refused' || status === 'in_review' ? 'bad' : ''
  const lines = receipt.operations.map((operation) => {
    const part = operation.kind === 'refund' ? operation.basis : operation
    const last4 = 'cardId' in part && record.faces.find((face) => face.cardId === part.cardId)?.last4
    const amount =
      'faceKopecks' in part ? part.faceKopecks : 'amountKopecks' in part ? (part.amountKopecks ?? 0) : 0
    return `${kindName(operation.kind, common, words)} ${sum(amount)} ${last4 ? face(last4) : ''}`
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
      <Whose receipt={told.of(result)} words={words} />
      {status === 'cancelled' && redeemedKopecks > 0 && <p>{common.result.undone(sum(redeemedKopecks))}</p>}
      {(status === 'cancelled' || status === 'cancelling') && <p class="dim">{common.ring.undo}</p>}
      {decision && <p>{common.result.decided(decision.choice)}</p>}
      {loss > 0 && <p class="notice">{common.result.loss(sum(loss))}</p>}
      <Undo result={result} words={words} onUndo={onUndo} />
    </li>
  )
}

/** One that only the server knows of: there is nothing here to undo it by. */
function ToldRow({ receipt, language, words }: OperationsProps & { receipt: ToldReceipt }) {
  const { words: common, sum, time, face } = language
  const { own, undone, happenedAtMs, operations } = receipt
  const refused = own?.outcome.status === 'refused'
  const state = undone ? 'cancelled' : refused ? 'refused' : receipt.stands ? 'done' : 'in_review'
  return (
    <li class="card">
      <div class="card-line">
        <span class="dim">{time(happenedAtMs)}</span>
        <span class={`state ${{ done: 'good', cancelled: '', refused: 'bad', in_review: 'bad' }[state]}`}>
          {words.states[state]}
        </span>
      </div>
      {operations.map(({ kind, amountKopecks, last4 }, at) => (
        <p key={at}>
          {kindName(kind, common, words)} {amountKopecks !== null && sum(amountKopecks)}{' '}
          {last4 && face(last4)}
        </p>
      ))}
      <Whose receipt={receipt} words={words} />
    </li>
  )
}

/** The sale of an operation and who did it. */
function Whose({ receipt, words }: { receipt: ToldReceipt | null; words: OperationsWords }) {
  const { saleName, employee } = receipt ?? {}
  const parts = [saleName && words.saleName(saleName), employee].filter(Boolean)
  return parts.length > 0 ? <p class="dim">{parts.join(' · ')}</p> : null
}
