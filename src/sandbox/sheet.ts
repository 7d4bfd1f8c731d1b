import bwipjs from 'bwip-js/node'
import { rub, russianDate } from './captions.ts'
import { PRODUCTS } from './demo.ts'
import type { PresentCard } from './page/wire/ui-wire.ts'

/**
 * A page to print: every demo card and product with its barcode, for a real scanner or for typing.
 *
 * @param moment Moscow time, as in MoySklad's API
 */
export function sheetHtml(presentCards: readonly PresentCard[], moment: string): string {
  const cards = presentCards.map((card, index) =>
    label(card.number, `Подарочная карта ${index + 1}`, card.caption, card.state),
  )
  const goods = PRODUCTS.map((product) =>
    label(product.barcode, product.name, `${rub(product.priceKopecks)} за ${product.uom}`, 'goods'),
  )
  return `<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<title>Штрихкоды для проверки: подарочные карты и товары</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Подарочные карты</h1>
<p>Состояние на ${russianDate(moment.slice(0, 10))} ${moment.slice(11, 16)}; перед печатью обновите страницу.</p>
<ul>${cards.join('\n')}</ul>
<h1>Товары и сертификаты</h1>
<ul>${goods.join('\n')}</ul>
</body>
</html>
`
}

function label(ean13: string, title: string, caption: string, kind: string): string {
  const svg = bwipjs.toSVG({ bcid: 'ean13', text: ean13, includetext: true, height: 12, scale: 2 })
  return `<li class="${kind}">${svg}<b>${escapeHtml(title)}</b><span>${escapeHtml(caption)}</span></li>`
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
}

const STYLE = `
@page { size: A4; margin: 10mm }
body { font: 12px "Helvetica Neue", Helvetica, Arial, sans-serif; color: #222; max-width: 190mm; margin: 8mm auto }
h1 { font-size: 16px; margin: 6mm 0 1mm; break-after: avoid }
p { margin: 0 0 3mm; color: #555 }
ul { display: grid; grid-template-columns: repeat(4, 1fr); gap: 3mm; list-style: none; margin: 0; padding: 0 }
li { border: 1px solid #ccc; border-left-width: 4px; border-radius: 2mm; padding: 3mm 2mm 2mm; text-align: center;
  display: flex; flex-direction: column; gap: 1mm; break-inside: avoid }
li svg { width: 38mm; height: 18mm; align-self: center }
li span { color: #333 }
.active { border-left-color: #5b8c00 } .blocked { border-left-color: #c62828 } .expired { border-left-color: #e68116 }
.unsold, .used_up, .annulled { border-left-color: #888 } .goods { border-left-color: #0076a6 }
@media print { body { margin: 0 } }
`
