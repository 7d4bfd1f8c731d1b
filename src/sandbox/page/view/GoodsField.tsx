import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Checkout } from '../model/checkout.ts'
import { showKopecks } from '../model/sale.ts'
import type { Good } from '../wire/ui-wire.ts'

const PROMPT = 'Добавить позицию: наименование, код или штрихкод'

/** One field for the scanner and for typing, with suggestions; below it the goods at a press. */
export function GoodsField({ checkout }: { readonly checkout: Checkout }) {
  const typed = useSignal('')
  const field = useRef<HTMLInputElement>(null)
  const text = typed.value.trim().toLowerCase()
  const suggestions = text.length < 2 || /^\d{8,}$/.test(text) ? [] : matching(checkout.shop.goods, text)

  const choose = (good: Good) => {
    typed.value = ''
    checkout.addGood(good)
    field.current?.focus()
  }
  const submit = (event: Event) => {
    event.preventDefault()
    // The element and not the signal: a scanner's Enter comes right behind its last digit.
    const scanned = field.current?.value.trim() ?? ''
    typed.value = ''
    if (scanned !== '') void checkout.scan(scanned)
  }
  return (
    <div class="goods">
      <form onSubmit={submit}>
        <input
          ref={field}
          type="text"
          autocomplete="off"
          spellcheck={false}
          aria-label={PROMPT}
          placeholder={PROMPT}
          data-testid="goods-field"
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </form>
      {suggestions.length > 0 && (
        <ul class="suggestions" data-testid="suggestions">
          {suggestions.map((good) => (
            <li key={good.id}>
              <button type="button" onClick={() => choose(good)}>
                <span>{good.name}</span>
                <span>{showKopecks(good.priceKopecks)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="quick" role="group" aria-label="Быстрый выбор">
        {checkout.shop.goods.map((good) => (
          <button
            key={good.id}
            type="button"
            class={good.certificate ? 'certificate' : ''}
            data-testid={`good-${good.code}`}
            onClick={() => checkout.addGood(good)}
          >
            {good.name}
          </button>
        ))}
      </div>
    </div>
  )
}

function matching(goods: readonly Good[], text: string): readonly Good[] {
  return goods.filter((good) => good.name.toLowerCase().includes(text) || good.code.includes(text))
}
