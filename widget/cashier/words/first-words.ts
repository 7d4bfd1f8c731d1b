/**
 * The words of the first screen, in both languages: they are painted before the rest of any language is there, and two
 * handfuls of words cost less than asking for one of them.
 */
export interface FirstWords {
  starting: string
  offline: string
  idle: string
  listening: string
  checking: string
  notLoaded: string
}

export const firstWords: Record<'ru' | 'en', FirstWords> = {
  ru: {
    starting: 'Подключаемся…',
    offline: 'Нет связи',
    idle: 'Нажмите сюда и отсканируйте подарочную карту',
    listening: 'Сканер слушает',
    checking: 'Проверяем карту…',
    notLoaded: 'Связь прервалась, и окно загрузилось не до конца. Пробуем снова',
  },
  en: {
    starting: 'Connecting…',
    offline: 'Offline',
    idle: 'Press here and scan a gift card',
    listening: 'Scanner is listening',
    checking: 'Checking the card…',
    notLoaded: 'The connection was lost before this window had loaded. Trying again',
  },
}
