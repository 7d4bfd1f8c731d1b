import { draftIsPrepared, loadTotal, redeemTotal } from '../../../src/core/draft/draft.ts'
import { certificateOf } from '../../../src/core/card/programme.ts'
import type { CardView } from '../../../src/core/wire/cards.ts'
import type { Language } from '../words/language.ts'
import { fieldSum, parseSum } from '../../ui/sum-field.ts'
import type { ScreenProps } from './screen-props.ts'

/** The cards of the sale and the one action; below them a card that was only looked at. */
export function CardList({ checkout, language }: ScreenProps) {
  const { words, sum } = language
  const draft = checkout.draft.value
  const looked = checkout.looked.value
  const opened = checkout.opened.value
  if (!draft) return looked ? <LookedCard card={looked} language={language} /> : null

  const programme = checkout.ready.value?.session.programme
  const saved = opened?.documentId !== null
  const redeem = redeemTotal(draft)
  const prepared = draftIsPrepared(draft)
  const sale = checkout.sale.value
  const bookAtMs = checkout.readiness.value.asOfMs
  const toPay = Math.max(0, (sale?.sumKopecks ?? 0) - checkout.done.value.redeemedKopecks - redeem)
  return (
    <section class="cards">
      {draft.loads.map((load) => (
        <article class="card" key={load.cardId}>
          <div class="card-line">
            <strong>{words.card.face(load.last4)}</strong>
            <span class="state">{words.card.state.unsold}</span>
            <RemoveButton label={words.card.remove} onRemove={() => void checkout.removeCard(load.cardId)} />
          </div>
          <p class="dim">
            {words.card.forCertificate((programme && certificateOf(programme, load.productId)?.name) ?? '')}
          </p>
        </article>
      ))}
      {draft.redeems.map((one) => (
        <article class="card" key={one.cardId}>
          <div class="card-line">
            <strong>{words.card.face(one.last4)}</strong>
            <span class="state good">{words.card.state.active}</span>
            <RemoveButton label={words.card.remove} onRemove={() => void checkout.removeCard(one.cardId)} />
          </div>
          <div class="card-line">
            <span class="dim">
              {words.card.balance} {sum(one.availableKopecks)}
              {' · '}
              {one.expiresOn ? words.card.until(language.date(one.expiresOn)) : words.card.noExpiry}
              {one.entered === 'typed' && ` · ${words.card.typed}`}
              {one.holdId === null &&
                bookAtMs !== null &&
                ` · ${words.card.fromBook(language.time(bookAtMs))}`}
            </span>
            <SumField
              key={one.amountKopecks}
              label={words.card.amount}
              kopecks={one.amountKopecks}
              language={language}
              onChange={(kopecks) => void checkout.setAmount(one.cardId, kopecks)}
            />
          </div>
        </article>
      ))}
      {draft.links.length > 0 && (
        <p class="prepared">
          <b aria-hidden="true">✓</b> {words.result.linked}
        </p>
      )}
      <div class="action">
        {redeem === 0 && draft.loads.length === 0 ? null : !prepared || saved ? (
          <button
            type="button"
            class="primary"
            disabled={checkout.busy.value}
            onClick={() => void checkout.confirm()}
          >
            {redeem > 0
              ? words.sale.redeem(sum(redeem), draft.redeems.length)
              : words.sale.load(sum(loadTotal(draft)), draft.loads.length)}
          </button>
        ) : (
          <p class="prepared" role="status">
            <b aria-hidden="true">✓</b>{' '}
            {redeem === 0
              ? words.sale.preparedLoad
              : draft.loads.length > 0
                ? words.sale.preparedBoth
                : words.sale.prepared}
          </p>
        )}
        {redeem > 0 && (
          <p class="to-pay">
            {toPay > 0
              ? words.sale.toPay(sum(toPay), programme?.accounting === 'advance')
              : words.sale.nothingToPay}
          </p>
        )}
      </div>
      {checkout.need.value.leftKopecks > 0 && redeem > 0 && <p class="dim">{words.sale.another}</p>}
      {looked && <LookedCard card={looked} language={language} />}
    </section>
  )
}

function LookedCard({ card, language }: { card: CardView; language: Language }) {
  const { words, sum, date } = language
  const live = card.state === 'active'
  return (
    <article class="card">
      <div class="card-line">
        <strong>{words.card.face(card.last4)}</strong>
        <span class={`state ${live ? 'good' : card.state === 'unsold' ? '' : 'bad'}`}>
          {words.card.state[card.state]}
        </span>
      </div>
      <p class="balance">
        {words.card.balance} <strong>{sum(card.balanceKopecks)}</strong>
      </p>
      <p class="dim">
        {card.expiresOn ? words.card.until(date(card.expiresOn)) : words.card.noExpiry}
        {card.availableKopecks < card.balanceKopecks &&
          ` · ${words.card.available(sum(card.availableKopecks))}`}
        {card.heldBy && ` · ${words.card.heldBy(card.heldBy)}`}
      </p>
    </article>
  )
}

function RemoveButton({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <button type="button" class="link remove" onClick={onRemove}>
      {label}
    </button>
  )
}

function SumField({
  label,
  kopecks,
  language,
  onChange,
}: {
  label: string
  kopecks: number
  language: Language
  onChange: (kopecks: never) => void
}) {
  const written = fieldSum(kopecks, language.code === 'ru' ? ',' : '.')
  return (
    <input
      class="sum"
      inputMode="decimal"
      aria-label={label}
      defaultValue={written}
      onChange={(event) => {
        const field = event.currentTarget
        const next = parseSum(field.value)
        // What is no sum changes nothing: the field shows again what is prepared.
        if (next === null || next === 0) field.value = written
        else onChange(next as never)
      }}
    />
  )
}
