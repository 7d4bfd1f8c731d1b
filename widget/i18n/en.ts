import type { Words } from './words.ts'

export const en: Words = {
  status: {
    online: 'Online',
    allSent: 'all sent',
    cases: (count) => `needs a decision: ${count}`,
    unsent: (count, since) => `unsent: ${count}, since ${since}`,
  },
  ready: {
    title: 'Work offline',
    yes: 'Ready',
    no: 'Not ready',
    chipYes: 'offline: ready',
    chipNo: 'offline: not ready',
    why: {
      trouble: 'the till does not work now',
      memory_only: 'the browser does not let us store data',
      storage_unproven: 'close the browser for 3 minutes and open it again: we check that data survives',
      off: 'the owner does not allow it',
      grant_waits: 'waiting for the limit from the server',
      grant_spent: 'the limit is used up, the line is needed',
      grant_over: 'the limit is too old, the line is needed',
      book_loading: 'loading the list of cards',
      book_old: 'the list of cards is too old, the line is needed',
    },
    loading: (percent) => `loading the list of cards: ${percent} %`,
    limit: (left, until) => `Limit ${left} until ${until}`,
    book: (cards, time) => `cards in the list: ${cards}, as of ${time}`,
  },
  scan: {
    typeNumber: 'Enter number',
    numberField: 'Gift card number',
    find: 'Find',
    certificate: (name, at, of) => `${name}: scan a new card (${at} of ${of})`,
  },
  card: {
    state: {
      unsold: 'Unsold',
      active: 'Active',
      blocked: 'Blocked',
      annulled: 'Annulled',
      expired: 'Expired',
      used_up: 'Used up',
    },
    face: (last4) => `•••• ${last4}`,
    balance: 'Balance',
    available: (sum) => `available ${sum}`,
    heldBy: (till) => `in use: ${till}`,
    noExpiry: 'no expiry',
    until: (date) => `until ${date}`,
    typed: 'typed entry',
    remove: 'Remove card',
    amount: 'Amount from the gift card',
    fromBook: (time) => `from the list as of ${time}`,
    forCertificate: (name) => `for “${name}”`,
  },
  sale: {
    redeem: (sum, cards) => `Redeem ${sum} from the gift card${cards > 1 ? 's' : ''}`,
    load: (sum, cards) => `Activate the gift card${cards > 1 ? 's' : ''} for ${sum}`,
    toPay: (sum, qrForbidden) => `Remaining to pay ${sum}: cash or bank card${qrForbidden ? ', no QR' : ''}`,
    nothingToPay: 'Nothing left to pay: gift cards cover it all',
    prepared: 'Prepared. We redeem when you save the sale',
    preparedLoad: 'Prepared. We activate when you save the sale',
    preparedBoth: 'Prepared. We activate and redeem when you save the sale',
    another: 'Another gift card? Scan it',
    forgotten: 'This sale has a certificate without a card. Scan a card to activate it',
  },
  question: {
    offline: (time) => `Offline. Prepared at ${time}. Is it for this sale?`,
    which: (time) => `Prepared at ${time}. Is it for this sale?`,
    unchecked: (time) => `Prepared at ${time}. Was that sale saved?`,
    unsaved: (time) =>
      `Prepared at ${time}, but MoySklad has no such sale. If you save it, we charge when it is opened`,
    doubtful: (time) => `Prepared at ${time}, the sale has changed since. Is it for this one?`,
    saleSum: (sum) => `Sale of ${sum}`,
    yesRedeem: (sum) => `Yes, redeem ${sum}`,
    yesLoad: (sum) => `Yes, activate for ${sum}`,
    yesBoth: (loaded, redeemed) => `Yes, activate for ${loaded} and redeem ${redeemed}`,
    ghostRedeem: (sum, time) => `The till closed while redeeming ${sum} (${time}). Did it happen?`,
    ghostLoad: (sum, time) =>
      `The till closed while activating a card for ${sum} (${time}). Was the card handed over?`,
    ghostVoid: (time) => `The till closed while voiding (${time}). Did it happen?`,
    ghostKeep: 'Yes, keep it',
    ghostCancel: 'No, cancel it',
    linkRedeem: (sum, time) => `Redeemed offline at ${time}, ${sum}. Was it for this sale?`,
    linkLoad: (cards, time) => `Activated offline at ${time}: ${cards}. Was it in this sale?`,
    linkYes: 'Yes, this one',
    linkNo: 'No, another one',
    no: 'No, release the card',
    cannotPromise: 'The card was scanned too long ago or typed: it cannot be done offline. Wait for the line',
  },
  shift: {
    open: 'Shift summary',
    title: 'Shift summary',
    since: (time) => `since ${time}`,
    sold: 'Cards sold',
    charged: 'Redeemed',
    returned: 'Returned to cards',
    cards: (count) => `${count} pcs.`,
    unsent: 'Unsent',
    held: 'Needs a decision',
    loss: 'Loss',
    fine: 'No differences, everything is sent',
  },
  result: {
    waiting: 'Recorded, waiting for the answer…',
    wait: 'Wait',
    cancel: 'Cancel',
    acceptOffline: 'Accept offline',
    promised: 'Accepted offline, we will send it',
    redeemed: (sum, balance) => `Redeemed ${sum}. Balance ${balance}`,
    redeemedOf: (last4, sum, balance) => `•••• ${last4}: redeemed ${sum}, balance ${balance}`,
    loaded: (last4, sum) => `Card •••• ${last4} activated for ${sum}. Hand it to the buyer`,
    loadedPromise: (last4) => `Card •••• ${last4}: hand it to the buyer. It can pay once the line is back`,
    cancelling: (sum) => `Cancel recorded. Collect ${sum} in money`,
    cancelled: (sum) => `Cancelled, nothing was taken from the card. Collect ${sum} in money`,
    cancelledLoad: 'Cancel recorded: do not hand this card over',
    undoing: 'Void recorded, waiting for the answer',
    undone: (sum) => `Voided: ${sum} is back on the card`,
    undoneLoad: 'Voided: the card is unsold again',
    notRedeemed: 'NOT REDEEMED',
    collect: (sum) => `Collect ${sum} in money or delete the sale`,
    notLoaded: 'CARD NOT ACTIVATED',
    notCancelled: 'NOT VOIDED',
    otherCard: 'Do not hand this card over. Scan another one or delete the sale',
    held: (code) =>
      ({
        receipt_malformed: 'The record could not be read; a manager will settle it',
        receipt_conflict: 'Such a record exists with other content; a manager will settle it',
        promise_without_hold: 'The card was not held; a manager will settle it',
        card_unknown: 'The card was not found; a manager will settle it',
        card_sold_twice: 'The card had been sold before; a manager will settle it',
        promise_refused: 'The offline operation could not be posted; a manager will settle it',
        number_mismatch: 'The card number does not match the record; a manager will settle it',
        grant_unknown: 'This till had no offline grant; a manager will settle it',
        grant_exceeded: 'The offline grant is exceeded; a manager will settle it',
        grant_expired: 'The offline grant was too old; a manager will settle it',
        till_forked: 'This till’s data split in two; a manager will settle it',
        till_revoked: 'The till is switched off; a manager will settle it',
      })[code],
    loss: (sum) => `The card lacked ${sum}: the loss is booked, the card is blocked, call the manager`,
    understood: 'OK',
    earlier: (time) => `Operation at ${time}`,
    changed: 'The server was restored, and its answer is another one now. Call the manager',
    decided: (choice) =>
      ({
        acknowledge: 'The manager has seen it',
        apply: 'The manager decided: it happened, it is posted',
        dismiss: 'The manager decided: it did not happen, nothing was taken from the card',
        unblock: 'The manager decided: the card works again',
        release: 'The manager decided: the card is let go',
        renew: 'The manager decided: the till starts anew',
        closed: 'Settled by itself',
      })[choice],
    linked: 'Belongs to this sale',
    notRecorded: 'Could not be recorded, nothing happened. Try again or take money',
  },
  ring: {
    title: 'Ring up on the fiscal register:',
    sold: (name, sum) => `“${name}” as goods, ${sum}`,
    advance: (sum) => `advance ${sum}`,
    discount: (sum) => `discount on the goods ${sum}`,
    offset: (sum) => `advance offset ${sum}`,
    rest: (sum) => `to be paid in money ${sum}`,
    undo: 'If the fiscal receipt is printed already, ring up a return',
  },
  operations: {
    open: 'Operations of this till',
    title: 'Last operations of this till',
    back: 'Back',
    none: 'No operations at this till yet',
    redeem: 'Redeem',
    load: 'Activation',
    refund: 'Refund to card',
    void: 'Void',
    link: 'Linked to a sale',
    undo: 'Void',
    undoSure: 'Void the whole operation?',
    undoYes: 'Yes, void it',
    undoNo: 'No',
    states: {
      waiting: 'unsent',
      promised: 'accepted offline',
      done: 'posted',
      refused: 'refused',
      held: 'case',
      cancelling: 'voided',
      cancelled: 'voided',
    },
  },
  refusal: (code, { sum, date, till }) => {
    switch (code) {
      case 'card_unknown':
        return 'Card not found. Check the number'
      case 'card_unsold':
        return 'The card has not been sold yet'
      case 'card_sold':
        return 'The card has been sold already, take another one'
      case 'card_blocked':
        return 'The card is blocked, call the manager'
      case 'card_annulled':
        return 'The card is annulled, call the manager'
      case 'card_expired':
        return `Expired${date ? ` on ${date}` : ''}: it cannot pay, the manager pays the money back`
      case 'card_empty':
        return 'The card is empty'
      case 'card_held':
        return `The card is in use${till ? `: ${till}` : ' at another till'}`
      case 'card_twice':
        return 'This card is in the receipt already'
      case 'card_loaded_here':
        return 'A card sold here cannot pay here'
      case 'too_many_cards':
        return 'No more than 5 gift cards in one sale'
      case 'insufficient_funds':
        return `The card lacks money${sum ? `, available ${sum}` : ''}`
      case 'above_payable':
        return `Gift cards may pay no more than ${sum ?? '0'} here`
      case 'above_balance_max':
        return `The card cannot be topped up above its limit${sum ? `, ${sum} more is possible` : ''}`
      case 'certificate_unknown':
        return 'This product is not set up as a certificate, call the manager'
      case 'certificate_discounted':
        return 'Remove the discount from the certificate'
      case 'certificate_fraction':
        return 'Certificates are sold in whole pieces only'
      case 'certificate_not_in_sale':
        return 'This sale has no certificate for this card'
      case 'refund_not_of_sale':
        return 'This card did not pay for the sale'
      case 'refund_above_paid':
        return `No more than ${sum ?? '0'} can go back to the card`
      case 'receipt_unknown':
        return 'The server has no such operation'
      case 'receipt_of_other_till':
        return 'This is another till’s operation: void it there or ask the manager'
      case 'void_twice':
        return 'The operation is voided already'
      case 'void_not_possible':
        return 'This operation cannot be voided, call the manager'
      case 'load_spent':
        return 'The card has paid already, its sale cannot be voided'
      case 'sale_exists':
        return 'Delete the sale in MoySklad first, then void the operation'
      case 'sale_unchecked':
        return 'MoySklad does not answer, so we cannot see whether the sale is deleted. Try later'
      case 'sale_gone':
        return 'MoySklad does not have this sale any more, or it is not posted'
      case 'promise_impossible':
        return 'This cannot be done offline'
      case 'hold_over':
        return 'The card had to be let go, scan it again'
      case 'programme_missing':
        return 'Gift cards are not set up yet, call the manager'
      case 'not_allowed':
        return 'You have no right to do this, call the manager'
      case 'link_not_possible':
        return 'This operation belongs to another sale already'
      case 'version_unknown':
        return 'A record of an old version was not accepted, call the manager'
      case 'till_quarantined':
        return 'This till’s data split in two: it does not work until a manager has decided'
      case 'till_revoked':
        return 'The till is switched off, call the manager'
    }
  },
  fault: (fault, sum) => {
    switch (fault.code) {
      case 'certificate_without_card':
        return `Scan a card for “${fault.name}” in the Podarok window`
      case 'cards_missing':
        return `Cards needed: ${fault.needed}, scanned: ${fault.scanned}`
      case 'cards_spare':
        return `A gift card too many: needed ${fault.needed}, scanned ${fault.scanned}. Remove it`
      case 'certificate_changed':
        return 'The certificate in the sale has changed: remove the gift card and scan it again'
      case 'above_payable':
        return `Card amount ${sum(fault.amountKopecks)}, but only ${sum(fault.payableKopecks)} can be paid. Lower it`
      case 'redeem_unconfirmed':
        return 'Press “Redeem from the gift card” or remove the card in the Podarok window'
      case 'too_many_cards':
        return 'No more than 5 gift cards in one sale'
      case 'certificate_discounted':
        return 'Remove the discount from the certificate'
      case 'certificate_fraction':
        return 'Certificates are sold in whole pieces only'
    }
  },
  scanFault: {
    goods: 'This is a product, not a gift card',
    unreadable: 'This is not a gift card number',
    checkDigit: 'The number has an error. Scan again or check the digits',
    twice: 'This card is in the receipt already',
    elsewhere: 'This card is prepared in another sale of this till already',
  },
  checkingFault: 'Checking the card, please wait',
  notInBook: 'Offline, and this card is not in the list. Take money',
  bookLimit: (sum) => `Offline no more than ${sum} can be redeemed from this card`,
  storageFull: 'The disk is full: nothing was recorded. Free some space and try again',
  memoryOnly: 'The browser does not let us store data: we work online only',
  offlineNow: 'Offline. Gift cards cannot be taken now',
  tooManyAttempts: 'Too many attempts, call the manager',
  tryAgain: 'That did not work, try again',
  programmeMissing: 'Gift cards are not set up yet, call the manager',
  trouble: {
    storage_denied: 'The browser gives no storage: gift cards do not work here. Call the manager',
    storage_blocked: 'Close other MoySklad tabs: an old version is open in them',
    storage_lost: 'The browser closed its storage. Reload the page',
    page_outdated: 'Reload the page: an old version is open',
    session_over: 'The session is over. Reload the page',
    wire_unknown: 'Reload the page: an old version is open',
    not_allowed: 'You have no right to sell, call the manager',
    several_accounts:
      'The session is over, and this browser was used for several accounts: nothing is sent without a session. Reload the page',
    till_revoked: 'This till is shut out, call the manager. What is recorded will still be sent',
    till_quarantined:
      'The data of this till has two branches: it waits for the manager. What is recorded will still be sent',
    till_retired: 'This till starts anew: reload the page when everything is sent',
  },
}
