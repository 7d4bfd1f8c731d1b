import type { ScannerModel } from '../model/scanner.ts'
import type { Landing } from '../wedge.ts'
import type { Bootstrap } from '../wire/ui-wire.ts'

/** Keys that have landed are seen where they did. */
const SAID: Record<Landing, string> = {
  widget: '',
  field: '',
  nowhere: 'Сначала нажмите туда, куда сканируете: в окно «Подарок» или в поле позиции',
  cut: 'Сканер песочницы не загрузился: включите связь и пикните ещё раз',
}

type Props = { readonly model: ScannerModel; readonly shop: Bootstrap }

/** What a person holds who has no scanner: a thing with a barcode, and the trigger. */
export function ScannerBox({ model, shop }: Props) {
  const number = model.digits.value
  const landing = model.landing.value
  const said = landing === null ? '' : SAID[landing]
  return (
    <span class="scanner">
      Сканер
      <button
        type="button"
        class="chosen"
        aria-haspopup="true"
        aria-expanded={model.open.value}
        data-testid="scanner-choose"
        onClick={() => model.toggle()}
      >
        {number === null ? 'Что сканируем?' : titleOf(shop, number)}
      </button>
      <button
        type="button"
        class="trigger"
        data-testid="scanner-scan"
        disabled={number === null}
        onClick={() => void model.scan()}
      >
        Пикнуть
      </button>
      {model.open.value && <Things model={model} shop={shop} />}
      <output class={said === '' ? '' : 'said'} data-testid="scanner-said">
        {said}
      </output>
    </span>
  )
}

function Things({ model, shop }: Props) {
  const cards = model.cards.value
  return (
    <>
      {/* Over the frames too: their clicks are not heard here. */}
      <div class="scanner-backdrop" onClick={() => model.toggle()} />
      <div class="things" data-testid="scanner-things">
        <b>Подарочные карты</b>
        {model.unknown.value !== null && (
          <p role="status">Состояние карт сейчас неизвестно: {model.unknown.value}</p>
        )}
        {shop.cardNumbers.map((number) => {
          const card = cards.get(number)
          return (
            <button
              key={number}
              type="button"
              class={card?.state ?? ''}
              data-testid={`thing-${number}`}
              onClick={() => model.choose(number)}
            >
              <span>{number}</span>
              <span>{card?.caption}</span>
            </button>
          )
        })}
        <b>Товары</b>
        {shop.goods.map((good) => (
          <button
            key={good.id}
            type="button"
            data-testid={`thing-${good.barcode}`}
            onClick={() => model.choose(good.barcode)}
          >
            <span>{good.barcode}</span>
            <span>{good.name}</span>
          </button>
        ))}
      </div>
    </>
  )
}

function titleOf(shop: Bootstrap, number: string): string {
  return shop.goods.find((good) => good.barcode === number)?.name ?? `Карта ${number}`
}
