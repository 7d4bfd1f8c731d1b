import type { ComponentChildren } from 'preact'
import { sumKopecks } from '../../src/core/money.ts'
import { certificateOf } from '../../src/core/programme.ts'
import type { ScreenProps } from './App.tsx'
import { effectsOf, type Result, statusOf } from './model/result.ts'

/** What became of a receipt, and what to do at the fiscal register (M10). */
export function ResultBox({ result, checkout, language }: ScreenProps & { result: Result }) {
  const { words, sum } = language
  const { receipt, record } = result
  const status = statusOf(result)
  const redeems = receipt.operations.filter((operation) => operation.kind === 'redeem')
  const loads = receipt.operations.filter((operation) => operation.kind === 'load')
  const redeemed = sumKopecks(redeems.map((operation) => operation.amountKopecks))
  const faceOf = (cardId: string) => record.faces.find((face) => face.cardId === cardId)?.last4 ?? ''
  const effects = effectsOf(result)
  const effectOf = (cardId: string) => effects.find((effect) => effect.cardId === cardId)
  const loss = sumKopecks(effects.map((effect) => effect.lossKopecks))

  switch (status) {
    case 'waiting':
      return <Waiting result={result} checkout={checkout} language={language} />
    case 'promised':
      return (
        <Box tone="warn" icon="⏱" head={words.result.promised}>
          {loads.map((load) => (
            <p key={load.cardId}>{words.result.loadedPromise(faceOf(load.cardId))}</p>
          ))}
          <RingUp result={result} checkout={checkout} language={language} />
        </Box>
      )
    case 'done':
      return (
        <Box tone={loss > 0 ? 'bad' : 'good'} icon={loss > 0 ? '!' : '✓'} head={null}>
          {redeems.map(({ cardId, amountKopecks }) => (
            <p class="head" key={cardId}>
              {words.result.redeemed(sum(amountKopecks), sum(effectOf(cardId)?.balanceKopecks ?? 0))}
            </p>
          ))}
          {loads.map(({ cardId }) => (
            <p class="head" key={cardId}>
              {words.result.loaded(faceOf(cardId), sum(effectOf(cardId)?.balanceKopecks ?? 0))}
            </p>
          ))}
          {loss > 0 && <p>{words.result.loss(sum(loss))}</p>}
          <RingUp result={result} checkout={checkout} language={language} />
        </Box>
      )
    case 'cancelling':
    case 'cancelled':
      return (
        <Box tone="warn" icon="↶" head={null}>
          {redeemed > 0 && (
            <p class="head">
              {(status === 'cancelled' ? words.result.cancelled : words.result.cancelling)(sum(redeemed))}
            </p>
          )}
          {loads.length > 0 && <p class="head">{words.result.cancelledLoad}</p>}
          <p>{words.ring.undo}</p>
        </Box>
      )
    case 'held': {
      const held = [result.promise?.outcome, result.outcome].find((outcome) => outcome?.status === 'held')
      return <Box tone="bad" icon="!" head={held ? words.result.held(held.code) : ''} />
    }
    case 'refused':
      // Shown over the whole screen by `Refused`.
      return null
  }

  function Waiting({ result: waiting }: ScreenProps & { result: Result }) {
    const unanswered = checkout.late.value.has(record.id) || checkout.line.value.reachable === false
    return (
      <Box tone="dim" icon="…" head={words.result.waiting}>
        {unanswered && (
          <div class="choices">
            {checkout.canAcceptOffline(waiting) && (
              <button type="button" class="primary" onClick={() => void checkout.acceptOffline(waiting)}>
                {words.result.acceptOffline}
              </button>
            )}
            <button type="button" class="secondary" onClick={() => checkout.waitMore(waiting)}>
              {words.result.wait}
            </button>
            <button type="button" class="secondary" onClick={() => void checkout.giveUp(waiting)}>
              {words.result.cancel}
            </button>
          </div>
        )}
      </Box>
    )
  }

  function RingUp(_props: ScreenProps & { result: Result }) {
    const programme = checkout.ready.value?.session.programme
    if (!programme) return null
    const advance = programme.accounting === 'advance'
    const rest = (receipt.sale?.sumKopecks ?? 0) - redeemed
    return (
      <div class="ring">
        <p>{words.ring.title}</p>
        <ul>
          {loads.map((load) => (
            <li key={load.cardId}>
              {advance
                ? words.ring.advance(sum(load.paidKopecks))
                : words.ring.sold(
                    certificateOf(programme, load.productId)?.name ?? '',
                    sum(load.paidKopecks),
                  )}
            </li>
          ))}
          {redeemed > 0 && <li>{(advance ? words.ring.offset : words.ring.discount)(sum(redeemed))}</li>}
          {redeemed > 0 && <li>{words.ring.rest(sum(Math.max(0, rest)))}</li>}
        </ul>
      </div>
    )
  }
}

interface BoxProps {
  tone: 'good' | 'warn' | 'bad' | 'dim'
  icon: string
  head: string | null
  children?: ComponentChildren
}

function Box({ tone, icon, head, children }: BoxProps) {
  return (
    <section class={`result ${tone}`}>
      <b class="icon" aria-hidden="true">
        {icon}
      </b>
      <div>
        {head && <p class="head">{head}</p>}
        {children}
      </div>
    </section>
  )
}
