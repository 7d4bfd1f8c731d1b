import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { sumKopecks } from '../../../src/core/money.ts'
import type { ToldReceipt } from '../../../src/core/wire/receipts.ts'
import type { ScreenProps } from './screen-props.ts'
import { NoticeLine } from './NoticeLine.tsx'
import { NotUndone } from './NotUndone.tsx'
import { Readiness } from './Readiness.tsx'
import { ShiftSummary } from './ShiftSummary.tsx'
import { effectsOf, type Result, type ResultStatus, statusOf, summaryOf } from '../model/result.ts'
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
    <OperationCard
      time={time(record.recordedAtMs)}
      state={decision ? null : status}
      lines={lines}
      receipt={told.of(result)}
      words={words}
    >
      {status === 'cancelled' && redeemedKopecks > 0 && <p>{common.result.undone(sum(redeemedKopecks))}</p>}
      {(status === 'cancelled' || status === 'cancelling') && <p class="dim">{common.ring.undo}</p>}
      {decision && <p>{common.result.decided(decision.choice)}</p>}
      {loss > 0 && <p class="notice">{common.result.loss(sum(loss))}</p>}
      <Undo result={result} words={words} onUndo={onUndo} />
    </OperationCard>
  )
}

/** One that only the server knows of: there is nothing here to undo it by. */
function ToldRow({ receipt, language, words }: OperationsProps & { receipt: ToldReceipt }) {
  const { words: common, sum, time, face } = language
  const { own, undone, happenedAtMs, operations } = receipt
  const refused = own?.outcome.status === 'refused'
  const state = undone ? 'cancelled' : refused ? 'refused' : receipt.stands ? 'done' : 'in_review'
  const lines = operations.map(({ kind, amountKopecks, last4 }) =>
    [kindName(kind, common, words), amountKopecks !== null && sum(amountKopecks), last4 && face(last4)]
      .filter(Boolean)
      .join(' '),
  )
  return (
    <OperationCard time={time(happenedAtMs)} state={state} lines={lines} receipt={receipt} words={words} />
  )
}

interface CardProps {
  time: string
  /** Null where a person has decided: that is said below. */
  state: ResultStatus | null
  lines: readonly string[]
  /** Of which the server knows the sale and who did it. */
  receipt: ToldReceipt | null
  words: OperationsWords
  children?: ComponentChildren
}

const tones: Partial<Record<ResultStatus, string>> = { done: 'good', refused: 'bad', in_review: 'bad' }

function OperationCard({ time, state, lines, receipt, words, children }: CardProps) {
  const { saleName, employee } = receipt ?? {}
  const whose = [saleName && words.saleName(saleName), employee].filter(Boolean).join(' · ')
  return (
    <li class="card">
      <div class="card-line">
        <span class="dim">{time}</span>
        {state && <span class={`state ${tones[state] ?? ''}`}>{words.states[state]}</span>}
      </div>
      {lines.map((line, at) => (
        <p key={at}>{line}</p>
      ))}
      {whose && <p class="dim">{whose}</p>}
      {children}
    </li>
  )
}
