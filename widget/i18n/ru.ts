import type { Words } from './words.ts'

export const ru: Words = {
  status: {
    online: 'На связи',
    allSent: 'всё отправлено',
    unsent: (count, since) => `не отправлено: ${count}, с ${since}`,
  },
  scan: {
    typeNumber: 'Ввести номер',
    numberField: 'Номер подарочной карты',
    find: 'Найти',
    certificate: (name, at, of) => `${name}: отсканируйте новую карту (${at} из ${of})`,
  },
  card: {
    state: {
      unsold: 'Не продана',
      active: 'Активна',
      blocked: 'Заблокирована',
      annulled: 'Аннулирована',
      expired: 'Срок истёк',
      used_up: 'Потрачена',
    },
    face: (last4) => `•••• ${last4}`,
    balance: 'Остаток',
    available: (sum) => `доступно ${sum}`,
    heldBy: (till) => `занята: ${till}`,
    noExpiry: 'без срока',
    until: (date) => `до ${date}`,
    typed: 'ручной ввод',
    remove: 'Убрать карту',
    amount: 'Сумма с подарочной карты',
    forCertificate: (name) => `для «${name}»`,
  },
  sale: {
    redeem: (sum, cards) => `Списать с подарочн${cards > 1 ? 'ых карт' : 'ой карты'} ${sum}`,
    load: (sum, cards) => `Активировать подарочн${cards > 1 ? 'ые карты' : 'ую карту'} на ${sum}`,
    toPay: (sum, qrForbidden) =>
      `К доплате ${sum}: наличные или банковская карта${qrForbidden ? ', не QR' : ''}`,
    nothingToPay: 'Доплаты нет: вся сумма с подарочных карт',
    prepared: 'Подготовлено. Спишем, когда вы сохраните продажу',
    preparedLoad: 'Подготовлено. Активируем, когда вы сохраните продажу',
    preparedBoth: 'Подготовлено. Активируем и спишем, когда вы сохраните продажу',
    another: 'Ещё подарочная карта? Отсканируйте её',
    forgotten: 'В этой продаже сертификат без карты. Отсканируйте карту, чтобы активировать',
  },
  question: {
    offline: (time) => `Нет связи. Подготовлено в ${time}. Это для этой продажи?`,
    which: (time) => `Подготовлено в ${time}. Это для этой продажи?`,
    unchecked: (time) => `Подготовлено в ${time}. Эта продажа сохранена?`,
    unsaved: (time) =>
      `Подготовлено в ${time}, но в МоёмСкладе такой продажи нет. Если сохраните её, спишем при открытии`,
    doubtful: (time) => `Подготовлено в ${time}, продажа с тех пор изменилась. Это для неё?`,
    saleSum: (sum) => `Продажа на ${sum}`,
    yesRedeem: (sum) => `Да, списать ${sum}`,
    yesLoad: (sum) => `Да, активировать на ${sum}`,
    yesBoth: (loaded, redeemed) => `Да, активировать на ${loaded} и списать ${redeemed}`,
    no: 'Нет, отпустить карту',
    cannotPromise:
      'Карта отсканирована слишком давно или введена вручную: без связи провести нельзя. Дождитесь связи',
  },
  result: {
    waiting: 'Записано, ждём ответа…',
    wait: 'Подождать',
    cancel: 'Отменить',
    acceptOffline: 'Принять без связи',
    promised: 'Принято без связи, отправим сами',
    redeemed: (sum, balance) => `Списано ${sum}. Остаток ${balance}`,
    redeemedOf: (last4, sum, balance) => `•••• ${last4}: списано ${sum}, остаток ${balance}`,
    loaded: (last4, sum) => `Карта •••• ${last4} активирована на ${sum}. Отдайте покупателю`,
    loadedPromise: (last4) =>
      `Карта •••• ${last4}: отдайте покупателю. Платить ею можно, когда появится связь`,
    cancelling: (sum) => `Отмена записана. Примите ${sum} деньгами`,
    cancelled: (sum) => `Отменено, с карты ничего не взято. Примите ${sum} деньгами`,
    cancelledLoad: 'Отмена записана: не отдавайте эту карту покупателю',
    undoing: 'Отмена записана, ждём ответа',
    undone: (sum) => `Отменено: ${sum} снова на карте`,
    undoneLoad: 'Отменено: карта снова не продана',
    notRedeemed: 'НЕ СПИСАНО',
    collect: (sum) => `Примите ${sum} деньгами или удалите продажу`,
    notLoaded: 'КАРТА НЕ АКТИВИРОВАНА',
    notCancelled: 'НЕ ОТМЕНЕНО',
    otherCard: 'Не отдавайте эту карту. Отсканируйте другую или удалите продажу',
    held: (code) =>
      ({
        receipt_malformed: 'Запись не удалось прочитать, её разберёт управляющий',
        receipt_conflict: 'Такая запись уже была с другим содержанием, её разберёт управляющий',
        promise_without_hold: 'Карта не была удержана, операцию разберёт управляющий',
        card_unknown: 'Карта не найдена, операцию разберёт управляющий',
        card_sold_twice: 'Карта уже продана раньше, операцию разберёт управляющий',
        promise_refused: 'Операцию без связи провести не удалось, её разберёт управляющий',
        number_mismatch: 'Номер карты не сходится с записью, операцию разберёт управляющий',
        grant_unknown: 'У этой кассы не было лимита без связи, операцию разберёт управляющий',
        grant_exceeded: 'Лимит без связи превышен, операцию разберёт управляющий',
        grant_expired: 'Лимит без связи устарел, операцию разберёт управляющий',
        till_forked: 'Данные этой кассы раздвоились, операцию разберёт управляющий',
        till_revoked: 'Касса отключена, операцию разберёт управляющий',
      })[code],
    loss: (sum) =>
      `На карте не хватило ${sum}: недостача записана, карта заблокирована, позовите управляющего`,
    understood: 'Понятно',
    earlier: (time) => `Операция в ${time}`,
    notRecorded: 'Записать не удалось, ничего не произошло. Повторите или примите деньги',
  },
  ring: {
    title: 'Пробейте на ККТ:',
    sold: (name, sum) => `«${name}» как товар, ${sum}`,
    advance: (sum) => `аванс ${sum}`,
    discount: (sum) => `скидка на товары ${sum}`,
    offset: (sum) => `зачёт аванса ${sum}`,
    rest: (sum) => `к оплате деньгами ${sum}`,
    undo: 'Если чек уже пробит, пробейте возврат',
  },
  operations: {
    open: 'Операции кассы',
    title: 'Последние операции этой кассы',
    back: 'Назад',
    none: 'На этой кассе операций ещё не было',
    redeem: 'Списание',
    load: 'Активация',
    refund: 'Возврат на карту',
    void: 'Отмена',
    undo: 'Отменить',
    undoSure: 'Отменить операцию целиком?',
    undoYes: 'Да, отменить',
    undoNo: 'Нет',
    states: {
      waiting: 'не отправлено',
      promised: 'принято без связи',
      done: 'проведено',
      refused: 'отказ',
      held: 'требует решения',
      cancelling: 'отменено',
      cancelled: 'отменено',
    },
  },
  refusal: (code, { sum, date, till }) => {
    switch (code) {
      case 'card_unknown':
        return 'Карта не найдена. Проверьте номер'
      case 'card_unsold':
        return 'Карта ещё не продана'
      case 'card_sold':
        return 'Карта уже продана, возьмите другую'
      case 'card_blocked':
        return 'Карта заблокирована, позовите управляющего'
      case 'card_annulled':
        return 'Карта аннулирована, позовите управляющего'
      case 'card_expired':
        return `Срок истёк${date ? ` ${date}` : ''}: оплатить нельзя, деньги вернёт управляющий`
      case 'card_empty':
        return 'На карте пусто'
      case 'card_held':
        return `Карта занята${till ? `: ${till}` : ' на другой кассе'}`
      case 'card_twice':
        return 'Эта карта уже в чеке'
      case 'card_loaded_here':
        return 'Картой, которую здесь продают, здесь же платить нельзя'
      case 'too_many_cards':
        return 'Не больше 5 подарочных карт в одной продаже'
      case 'insufficient_funds':
        return `На карте не хватает денег${sum ? `, доступно ${sum}` : ''}`
      case 'above_payable':
        return `Подарочной картой здесь можно оплатить не больше ${sum ?? '0'}`
      case 'above_balance_max':
        return `Карту нельзя пополнить выше предела${sum ? `, можно ещё на ${sum}` : ''}`
      case 'certificate_unknown':
        return 'Этот товар не настроен как сертификат, позовите управляющего'
      case 'certificate_discounted':
        return 'Уберите скидку с сертификата'
      case 'certificate_fraction':
        return 'Сертификат продаётся только целыми штуками'
      case 'certificate_not_in_sale':
        return 'В этой продаже нет сертификата для этой карты'
      case 'refund_not_of_sale':
        return 'Этой картой за продажу не платили'
      case 'refund_above_paid':
        return `На карту можно вернуть не больше ${sum ?? '0'}`
      case 'receipt_unknown':
        return 'Такой операции на сервере нет'
      case 'receipt_of_other_till':
        return 'Это операция другой кассы, отменить её можно там или у управляющего'
      case 'void_twice':
        return 'Операция уже отменена'
      case 'void_not_possible':
        return 'Эту операцию отменить нельзя, позовите управляющего'
      case 'load_spent':
        return 'С карты уже платили, продажу карты отменить нельзя'
      case 'sale_exists':
        return 'Сначала удалите продажу в МоёмСкладе, потом отмените операцию'
      case 'sale_unchecked':
        return 'МойСклад не отвечает: не узнать, удалена ли продажа. Повторите позже'
      case 'sale_gone':
        return 'Этой продажи в МоёмСкладе больше нет, или она не проведена'
      case 'promise_impossible':
        return 'Без связи это сделать нельзя'
      case 'hold_over':
        return 'Карту пришлось отпустить, отсканируйте её ещё раз'
      case 'programme_missing':
        return 'Подарочные карты ещё не настроены, позовите управляющего'
      case 'not_allowed':
        return 'На это нет прав, позовите управляющего'
      case 'link_not_possible':
        return 'Эта операция уже относится к другой продаже'
      case 'version_unknown':
        return 'Запись старой версии не принята, позовите управляющего'
      case 'till_quarantined':
        return 'Данные этой кассы раздвоились: до решения управляющего она не работает'
      case 'till_revoked':
        return 'Касса отключена, позовите управляющего'
    }
  },
  fault: (fault, sum) => {
    switch (fault.code) {
      case 'certificate_without_card':
        return `Отсканируйте карту для «${fault.name}» в окне «Подарок»`
      case 'cards_missing':
        return `Нужно карт: ${fault.needed}, отсканировано: ${fault.scanned}`
      case 'cards_spare':
        return `Лишняя подарочная карта: нужно ${fault.needed}, отсканировано ${fault.scanned}. Уберите её`
      case 'certificate_changed':
        return 'Сертификат в чеке изменился: уберите подарочную карту и отсканируйте её снова'
      case 'above_payable':
        return `С карты ${sum(fault.amountKopecks)}, а оплатить можно ${sum(fault.payableKopecks)}. Уменьшите сумму`
      case 'redeem_unconfirmed':
        return 'Нажмите «Списать с подарочной карты» или уберите карту в окне «Подарок»'
      case 'too_many_cards':
        return 'Не больше 5 подарочных карт в одной продаже'
      case 'certificate_discounted':
        return 'Уберите скидку с сертификата'
      case 'certificate_fraction':
        return 'Сертификат продаётся только целыми штуками'
    }
  },
  scanFault: {
    goods: 'Это товар, а не подарочная карта',
    unreadable: 'Это не номер подарочной карты',
    checkDigit: 'Номер с ошибкой. Отсканируйте ещё раз или проверьте цифры',
    twice: 'Эта карта уже в чеке',
    elsewhere: 'Эта карта уже подготовлена в другой продаже этой кассы',
  },
  checkingFault: 'Проверяем карту, подождите',
  offlineNow: 'Нет связи. Подарочную карту сейчас не принимаем',
  tooManyAttempts: 'Слишком много попыток, позовите управляющего',
  tryAgain: 'Не получилось, повторите',
  programmeMissing: 'Подарочные карты ещё не настроены, позовите управляющего',
  trouble: {
    storage_denied:
      'Браузер не даёт хранить данные: подарочные карты здесь не работают. Позовите управляющего',
    storage_blocked: 'Закройте другие вкладки МоегоСклада: в них открыта старая версия',
    storage_lost: 'Браузер закрыл хранилище. Обновите страницу',
    page_outdated: 'Обновите страницу: открыта старая версия',
    session_over: 'Вход устарел. Обновите страницу',
    wire_unknown: 'Обновите страницу: открыта старая версия',
    not_allowed: 'У вас нет права продавать, позовите управляющего',
  },
}
