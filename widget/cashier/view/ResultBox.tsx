import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { receiptOf } from '../../../src/client/journal/records.ts'
import type { Programme } from '../../../src/core/card/programme.ts'
import { sumKopecks } from '../../../src/core/money.ts'
import type { CaseDecision } from '../../../src/core/wire/cases.ts'
import type { Decisions } from '../model/decisions.ts'
import { effectsOf, type Result, statusOf, summaryOf } from '../model/result.ts'
import type { Language } from '../words/language.ts'
import { Box } from './Box.tsx'
import { type OpenSale, RingUp } from './RingUp.tsx'

interface ResultProps {
  result: Result
  language: Language
  programme: Programme | null
  /** The open sale, if the result is of it: only then there is something to ring up for that. */
  sale: OpenSale | null
  /** Nobody has answered for too long, or nobody can. */
  unanswered: boolean
  /** What people decided, by the receipt. */
  decided: ReadonlyMap<string, CaseDecision>
  decisions: Pick<Decisions, 'acceptOffline' | 'canAcceptOffline' | 'giveUp'>
  /** Another receipt of this till has sold the card since. */
  isSold: (cardId: string) => boolean
  onWait: () => void
  /** The way to undo it. */
  undo: ComponentChildren
}

/** What became of a receipt, and what to do next. */
export function ResultBox(props: ResultProps) {
  const status = statusOf(props.result)
  switch (status) {
    case 'waiting':
      return <Waiting {...props} />
    case 'promised':
      return <Promised {...props} />
    case 'done':
      return <Done {...props} />
    case 'cancelling':
    case 'cancelled':
      return <Cancelled {...props} settled={status === 'cancelled'} />
    case 'in_review':
      return <InReview {...props} />
    case 'refused':
      // Shown over the whole screen by `Refused`.
      return null
  }
}

/** The choices of a cashier whom nobody answers (J2). Whoever waits sees them again at a press. */
function Waiting({ result, language, unanswered, decisions, onWait }: ResultProps) {
  const { words } = language
  const [waits, setWaits] = useState(false)
  // An answer in time begins anew.
  useEffect(() => {
    if (!unanswered) setWaits(false)
  }, [unanswered])
  const head = unanswered && waits ? words.result.waitingForLine : words.result.waiting
  return (
    <Box tone="plain" icon="…" heads={[head]}>
      <Sums result={result} language={language} />
      {unanswered && (
        <div class="choices">
          {waits ? (
            <button class="link" onClick={() => setWaits(false)}>
              {words.result.otherWays}
            </button>
          ) : (
            <>
              {decisions.canAcceptOffline(result) && (
                <button class="primary" onClick={() => void decisions.acceptOffline(result)}>
                  {words.result.acceptOffline}
                </button>
              )}
              <button
                class="secondary"
                onClick={() => {
                  setWaits(true)
                  onWait()
                }}
              >
                {words.result.wait}
              </button>
              <button class="secondary" onClick={() => void decisions.giveUp(result)}>
                {words.result.cancel}
              </button>
            </>
          )}
        </div>
      )}
    </Box>
  )
}

/** How much of which card: before the server has answered there is no balance to tell. */
export function Sums({
  result,
  language: { words, sum, face },
}: {
  result: Pick<Result, 'record' | 'receipt'>
  language: Language
}) {
  const { loads, redeems, last4Of } = summaryOf(result)
  const line = (name: string, kopecks: number, cardId: string) => (
    <p class="balance" key={cardId}>
      {name} <strong>{sum(kopecks)}</strong> · {face(last4Of(cardId))}
    </p>
  )
  return (
    <>
      {redeems.map((one) => line(words.operation.redeem, one.amountKopecks, one.cardId))}
      {loads.map((one) => line(words.operation.load, one.faceKopecks, one.cardId))}
    </>
  )
}

function Promised(props: ResultProps) {
  const { words, face } = props.language
  const { loads, last4Of } = summaryOf(props.result)
  return (
    <Box tone="warn" icon="✓" heads={[words.result.promised]}>
      <Sums {...props} />
      {loads.map(({ cardId }) => (
        <p key={cardId}>{words.result.loadedPromise(face(last4Of(cardId)))}</p>
      ))}
      {props.sale && <RingUp {...props} sale={props.sale} />}
      {props.undo}
    </Box>
  )
}

function Done(props: ResultProps) {
  const { words, sum, face } = props.language
  const { loads, redeems, last4Of } = summaryOf(props.result)
  const effects = effectsOf(props.result)
  const balanceOf = (cardId: string) =>
    sum(effects.find((effect) => effect.cardId === cardId)?.balanceKopecks ?? 0)
  const loss = sumKopecks(effects.map((effect) => effect.lossKopecks))
  // What was linked to its sale later may have been charged long before, and the card has gone on since (M11).
  const isOfNow = (props.result.receipt.sale?.documentId ?? null) === props.result.documentId
  return (
    <Box
      tone={loss > 0 ? 'bad' : 'good'}
      icon={loss > 0 ? '!' : '✓'}
      heads={[
        ...redeems.map(({ cardId, amountKopecks }) =>
          words.result.redeemed(
            face(last4Of(cardId)),
            sum(amountKopecks),
            isOfNow ? balanceOf(cardId) : null,
          ),
        ),
        ...loads.map(({ cardId }) => words.result.loaded(face(last4Of(cardId)), balanceOf(cardId))),
      ]}
    >
      {loss > 0 && <p>{words.result.loss(sum(loss))}</p>}
      {props.sale && <RingUp {...props} sale={props.sale} />}
      {props.undo}
    </Box>
  )
}

function Cancelled({ result, settled, language, sale, isSold }: ResultProps & { settled: boolean }) {
  const { words, sum, faces } = language
  const { loads, redeemedKopecks } = summaryOf(result)
  const undo = result.undo && receiptOf(result.undo.record).operations.find((one) => one.kind === 'void')
  const gaveUp = undo?.because === 'unanswered'
  const { cancelled, cancelling, undone, cancelledLoad, undoneLoad, undoing } = words.result
  // The sale may have been paid otherwise since, or have become smaller, and its cards may be sold after all.
  const owed =
    sale && sale.sumKopecks !== null
      ? Math.min(redeemedKopecks, Math.max(0, sale.sumKopecks - sale.paidKopecks))
      : redeemedKopecks
  const unsold = loads.filter(({ cardId }) => !isSold(cardId))
  const collect = owed > 0 ? sum(owed) : null
  const told = settled ? cancelled(collect) : cancelling(collect)
  const heads =
    gaveUp || settled
      ? [
          redeemedKopecks > 0 && (gaveUp ? told : undone(sum(redeemedKopecks))),
          unsold.length > 0 && (gaveUp ? cancelledLoad : undoneLoad),
        ]
      : [undoing]
  return (
    <Box tone="warn" icon="↶" heads={heads}>
      <p class="dim">{faces(result.record.faces)}</p>
      {(gaveUp || settled) && <p>{words.ring.undo}</p>}
    </Box>
  )
}

function InReview({ result, decided, language }: ResultProps) {
  const { words } = language
  const ids = [result.promise?.record.id, result.record.id]
  const decision = ids.map((id) => id && decided.get(id)).find((one) => one)
  const inReview = [result.promise?.outcome, result.outcome].find(
    (outcome) => outcome?.status === 'in_review',
  )
  return (
    <Box
      tone={decision ? 'plain' : 'bad'}
      icon={decision ? '✓' : '!'}
      heads={[
        decision ? words.result.decided(decision.choice) : !!inReview && words.result.inReview(inReview.code),
      ]}
    >
      <Sums result={result} language={language} />
    </Box>
  )
}
