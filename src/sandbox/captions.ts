import type { DemoCard } from './demo.ts'

/** 150000 → «1 500,00 ₽». */
export function rub(kopecks: number): string {
  const whole = String(Math.floor(kopecks / 100)).replace(/\B(?=(\d{3})+$)/g, '\u00a0')
  return `${whole},${String(kopecks % 100).padStart(2, '0')}\u00a0₽`
}

/** What a person needs to know to choose a demo card. */
export function cardCaption(card: DemoCard): string {
  const balance = rub(card.paidKopecks + card.grantedKopecks)
  switch (card.state) {
    case 'unsold':
      return 'не продана'
    case 'active': {
      const granted = card.grantedKopecks > 0 ? `, из них подарено ${rub(card.grantedKopecks)}` : ''
      return `${balance}${granted}${card.expiresOn === null ? '' : `, до ${russianDate(card.expiresOn)}`}`
    }
    case 'blocked':
      return `заблокирована, ${balance}`
    case 'expired':
      return `срок истёк ${russianDate(card.expiresOn ?? '')}, ${balance}`
  }
}

function russianDate(isoDate: string): string {
  return isoDate.split('-').reverse().join('.')
}
