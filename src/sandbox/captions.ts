import type { BookEntry } from '../core/card/book.ts'

/** 150000 → «1 500,00 ₽». */
export function rub(kopecks: number): string {
  const whole = String(Math.floor(kopecks / 100)).replace(/\B(?=(\d{3})+$)/g, '\u00a0')
  return `${whole},${String(kopecks % 100).padStart(2, '0')}\u00a0₽`
}

/**
 * What a person needs to know to choose a demo card. The book of cards tells what may be spent or sold now: money that a
 * till holds is not in it, and an unsold card that is being sold stands there as one that is used up.
 */
export function cardCaption({ state, availableKopecks, expiresOn }: BookCard): string {
  const sum = rub(availableKopecks)
  switch (state) {
    case 'unsold':
      return 'не продана'
    case 'active':
      if (availableKopecks === 0) return 'активна, вся сумма удержана'
      return `активна, доступно ${sum}${expiresOn === null ? '' : `, до ${russianDate(expiresOn)}`}`
    case 'blocked':
      return `заблокирована, ${sum}`
    case 'annulled':
      return 'аннулирована'
    case 'expired':
      return `срок истёк ${russianDate(expiresOn ?? '')}, ${sum}`
    case 'used_up':
      return 'использована или удержана кассой'
  }
}

type BookCard = Pick<BookEntry, 'state' | 'availableKopecks' | 'expiresOn'>

export function russianDate(isoDate: string): string {
  return isoDate.split('-').reverse().join('.')
}
