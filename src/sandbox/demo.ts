/**
 * The demo shop: fixed constants, so that a test, the printed sheet and the seeded server speak of the same things. All
 * of it is invented. MoySklad's ids are shaped like UUIDs without keeping the variant bits; ours follow that shape.
 */
export const ACCOUNT_ID = '9b5e0f10-0000-11f0-0a80-000000000001'
export const APP_ID = '9b5e0f10-0000-11f0-0a80-000000000002'
export const APP_UID = 'podarok.sandbox'
export const APP_NAME = 'Подарок'
/** Open secrets of an emulator on loopback; a real application gets its own from MoySklad. */
export const APP_SECRET = 'sandbox-secret-not-for-real-use-0000'
export const APP_TOKEN = 'sandbox-token-not-for-real-use'

export const CURRENCY_ID = '9b5e0f10-0000-11f0-0a80-000000000003'
export const AGENT = { id: '9b5e0f10-0000-11f0-0a80-000000000004', name: 'Розничный покупатель' } as const
export const ORGANIZATION = {
  id: '9b5e0f10-0000-11f0-0a80-000000000005',
  name: 'ООО «Лесная лавка»',
  /** Ten digits with a right check digit; of nobody. */
  inn: '7700000009',
} as const
export const WAREHOUSE_ID = '9b5e0f10-0000-11f0-0a80-000000000006'
export const GROUP_ID = '9b5e0f10-0000-11f0-0a80-000000000007'
export const PRICE_TYPE_ID = '9b5e0f10-0000-11f0-0a80-000000000008'
/** Everything in the shop was entered before its first day of work. */
export const CREATED = '2026-01-09 10:00:00.000'

export const STORE = { id: 'aa5e0f10-0000-11f0-0a80-000000000001', name: 'Магазин на Лесной' } as const
/** The first shift; it is open until somebody closes it. */
export const SHIFT = {
  id: 'ab5e0f10-0000-11f0-0a80-000000000001',
  name: '00001',
  moment: '2026-10-01 09:00:00.000',
} as const

export type DemoEmployee = {
  readonly id: string
  readonly login: string
  readonly firstName: string
  readonly lastName: string
  readonly position: string
  /** Id of this person as a cashier of the store; an administrator is none. */
  readonly cashierId: string | null
}

export const EMPLOYEES: readonly DemoEmployee[] = [
  employee(1, 'anna', 'Анна', 'Иванова', 'кассир', 'ac5e0f10-0000-11f0-0a80-000000000001'),
  employee(2, 'boris', 'Борис', 'Петров', 'кассир', 'ac5e0f10-0000-11f0-0a80-000000000002'),
  employee(3, 'maria', 'Мария', 'Директор', 'администратор', null),
]
export const ADMINISTRATOR_ID = '8a5e0f10-0000-11f0-0a80-000000000003'

/** The role as the Vendor API names it. */
export function roleOf({ id, cashierId }: DemoEmployee): 'admin' | 'cashier' | 'worker' {
  if (id === ADMINISTRATOR_ID) return 'admin'
  return cashierId === null ? 'worker' : 'cashier'
}

/** Groups of goods, of which a widget may let a person choose one. */
export const GOOD_FOLDERS = [
  { id: 'ae5e0f10-0000-11f0-0a80-000000000001', name: 'Чай и кофе' },
  { id: 'ae5e0f10-0000-11f0-0a80-000000000002', name: 'Посуда' },
  { id: 'ae5e0f10-0000-11f0-0a80-000000000003', name: 'Сертификаты' },
] as const

export type DemoProduct = {
  readonly id: string
  readonly name: string
  readonly code: string
  readonly barcode: string
  readonly priceKopecks: number
  readonly uom: 'шт' | 'кг'
  readonly certificate: boolean
}

export const CERTIFICATES: readonly DemoProduct[] = [
  certificate(1, 'Сертификат 1 000 ₽', '4607245584102', 100_000),
  certificate(2, 'Сертификат 3 000 ₽', '4607364173119', 300_000),
]

export const GOODS: readonly DemoProduct[] = [
  goods(3, 'Кофе в зёрнах «Утро», 1 кг', '4607746434128', 164_900),
  goods(4, 'Чай чёрный листовой, 100 г', '4607180642134', 34_900),
  goods(5, 'Кружка фарфоровая, 350 мл', '4607733679143', 79_000),
  goods(6, 'Турка медная', '4607331981150', 249_000),
  goods(7, 'Шоколад горький 72 %, 90 г', '4607593069160', 21_990),
  goods(8, 'Сироп ванильный, 0,5 л', '4607887356174', 45_500),
  goods(9, 'Подарочный пакет', '4607066154188', 8_900),
  goods(10, 'Печенье овсяное, развесное', '4607067446190', 48_000, 'кг'),
]

export const PRODUCTS: readonly DemoProduct[] = [...CERTIFICATES, ...GOODS]

type DemoCardState = 'unsold' | 'active' | 'blocked' | 'expired'

export type DemoCard = {
  readonly id: string
  /** EAN-13 from the range for a shop's own use (29…); the middle digits look random, since a number is like cash. */
  readonly number: string
  readonly state: DemoCardState
  readonly paidKopecks: number
  readonly grantedKopecks: number
  /** Last day of validity, `YYYY-MM-DD`. */
  readonly expiresOn: string | null
}

export const CARDS: readonly DemoCard[] = [
  unsold('120f0047-5d0b-4291-9074-a5e401fbd040', '2980163469501'),
  unsold('5993c158-f62c-4124-99b0-144abd5a4c1a', '2940323422074'),
  unsold('893433bc-cac5-478b-815c-ca6c12f5c07f', '2938988646898'),
  unsold('09910f77-25b5-400d-afbd-fdb89e18ce5b', '2990143395751'),
  unsold('1dbf2360-44c4-41b8-ad56-86c6fa5b1a76', '2986650839994'),
  unsold('e25e427d-2fb9-41c4-8018-43690cc297ed', '2944303269048'),
  unsold('65dd6bf6-e438-4dda-8922-19856653d2b1', '2997102233840'),
  unsold('0a642fc3-47c1-45ed-868d-71e0ddaf53f4', '2917490732602'),
  unsold('eb99d917-772c-48a8-881c-46562468960f', '2980869727554'),
  unsold('54526a0f-8801-4d4a-b444-98692e151210', '2947505507963'),
  card('3249bef1-91d0-4c04-bf75-b41fbbf859ed', '2902146216537', 'active', 150_000),
  card('56b6137d-48cb-41a8-a9ab-0df7d78bf1c1', '2914406756066', 'active', 50_000),
  card('dd3c6f2b-da67-4001-8d96-9c9ac6e10c6f', '2955518179305', 'active', 300_000),
  card('a61e730f-d61a-48b5-9fa2-e65cf59b999a', '2991732052611', 'active', 9_990),
  card('dc30b3e7-eda2-4a11-9072-e52d2bc4abed', '2915006564006', 'active', 1),
  // Bought for 2 000 and loaded with 500 on top, the way a coefficient above 1 does it.
  card('b8aa0de0-f485-4cdd-a64d-46492b26491e', '2976579961319', 'active', 200_000, 50_000),
  card('c89b887a-8af1-4adc-938e-463e5bc9dd98', '2905572553658', 'active', 100_000, 0, '2030-12-31'),
  card('fccaf08e-6cdc-40c8-ba52-d6e10f3a2948', '2993798605442', 'blocked', 75_000),
  card('21483a89-c078-4145-8d78-361cc6c686c0', '2987974025421', 'expired', 100_000, 0, '2026-01-31'),
  card('cadfe139-8be3-4fec-9583-3e8db6e05ae2', '2922735225429', 'expired', 25_050, 0, '2025-12-31'),
]

function employee(
  number: number,
  login: string,
  firstName: string,
  lastName: string,
  position: string,
  cashierId: string | null,
): DemoEmployee {
  return {
    id: `8a5e0f10-0000-11f0-0a80-00000000000${number}`,
    login,
    firstName,
    lastName,
    position,
    cashierId,
  }
}

function product(number: number, rest: Omit<DemoProduct, 'id' | 'code'>): DemoProduct {
  const digits = String(number).padStart(2, '0')
  return { id: `ad5e0f10-0000-11f0-0a80-0000000000${digits}`, code: `000${digits}`, ...rest }
}

function certificate(number: number, name: string, barcode: string, priceKopecks: number): DemoProduct {
  return product(number, { name, barcode, priceKopecks, uom: 'шт', certificate: true })
}

function goods(
  number: number,
  name: string,
  barcode: string,
  priceKopecks: number,
  uom: 'шт' | 'кг' = 'шт',
): DemoProduct {
  return product(number, { name, barcode, priceKopecks, uom, certificate: false })
}

function unsold(id: string, number: string): DemoCard {
  return card(id, number, 'unsold', 0)
}

function card(
  id: string,
  number: string,
  state: DemoCardState,
  paidKopecks: number,
  grantedKopecks = 0,
  expiresOn: string | null = null,
): DemoCard {
  return { id, number, state, paidKopecks, grantedKopecks, expiresOn }
}
