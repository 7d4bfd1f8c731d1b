import { cardStates } from '../../ui/words/card-en.ts'
import type { Words } from './words.ts'

const wishes = { redeem: 'redeem', load: 'activate', both: 'activate and redeem' }
const unposted: Words['sale']['unposted'] = (what) =>
  `The sale is not posted. We ${wishes[what]} when you post and save it`

export const en: Words = {
  status: {
    online: 'Online',
    allSent: 'all sent',
    cases: (count) => `needs a decision: ${count}`,
    unsent: (count, since) => `unsent: ${count}, since ${since}`,
    ready: 'offline mode: ready',
    notReady: 'offline mode: not ready',
    checking: 'offline mode: being checked',
    operations: 'Operations of this till',
  },
  scan: {
    typeNumber: 'Enter number',
    numberField: 'Gift card number',
    find: 'Find',
    certificate: (name, at, of) => `${name}: scan a new card (${at} of ${of})`,
    deaf: 'The scanner is not heard. Press here and scan the card',
  },
  card: {
    state: cardStates,
    balance: 'Balance',
    available: (sum) => `available ${sum}`,
    heldBy: (till) => `in use: till ${till}`,
    noExpiry: 'no expiry',
    until: (date) => `until ${date}`,
    typed: 'entered by hand',
    remove: 'Remove',
    amount: 'Amount from the gift card',
    fromBook: (time) => `from the list as of ${time}`,
    forCertificate: (name) => `for “${name}”`,
    toBeSold: 'New',
    why: {
      goods: 'Not redeemed yet: add goods, and the card pays',
      certificate: 'Not sold yet: add a certificate to the sale',
      line: 'No connection: this card cannot be used now',
      looked: 'Balance only: nothing is taken from the card',
    },
  },
  sale: {
    redeem: (sum, cards) => `Redeem ${sum} from the gift card${cards > 1 ? 's' : ''}`,
    load: (sum, cards) => `Activate the gift card${cards > 1 ? 's' : ''} for ${sum}`,
    toPay: (sum, qrForbidden) => `Remaining to pay ${sum}: cash or bank card${qrForbidden ? ', no QR' : ''}`,
    nothingToPay: 'Nothing left to pay',
    prepared: (what, posted) =>
      `Prepared. We ${wishes[what]} when you ${posted ? '' : 'post and '}save the sale`,
    searching: 'Looking for the sale…',
    unposted,
    paid: (face, sum) => `This sale was paid with gift card ${face}: ${sum}`,
    sold: (face, sum) => `Gift card ${face} for ${sum} was sold in this sale`,
    by: (time, till) => `${time}${till === null ? '' : ` · till ${till}`}`,
    takeOff: 'Remove the card and take another payment',
    another: 'Another gift card? Scan it',
    forgotten: 'This sale has a certificate without a card. Scan a card to activate it',
  },
  question: {
    offline: (time) => `Offline. Prepared at ${time}. Is it for this sale?`,
    which: (time) => `Prepared at ${time}. Is it for this sale?`,
    unchecked: (time) => `Prepared at ${time}. Was that sale saved?`,
    unsaved: (time) => `Prepared at ${time} and never saved. The card is waiting`,
    unposted: (time, what) => `Prepared at ${time}. ${unposted(what)}`,
    doubtful: (time) => `Prepared at ${time}, the sale has changed since. Is it for this one?`,
    sale: (name, time, sum) => `Sale ${name}, ${time}, ${sum}`,
    saleSum: (sum) => `Sale of ${sum}`,
    yes: {
      redeem: (sum) => `Yes, redeem ${sum}`,
      load: (_, sum) => `Yes, activate for ${sum}`,
      both: (redeemed, loaded) => `Yes, activate for ${loaded} and redeem ${redeemed}`,
    },
    ghostRedeem: (sum, time) =>
      `The till closed while redeeming ${sum} (${time}). Did the customer leave without paying this amount?`,
    ghostLoad: (sum, time) =>
      `The till closed while activating a card for ${sum} (${time}). Was the card handed over?`,
    ghostRedeemed: 'Yes, redeem it',
    ghostLoaded: 'Yes, activate it',
    ghostCancel: 'No, cancel it',
    linkRedeem: (sum, time) => `Redeemed at ${time}, ${sum}, no sale found. Was it for this sale?`,
    linkLoad: (cards, time) => `Activated at ${time}: ${cards}, no sale found. Was it in this sale?`,
    linkYes: 'Yes, this one',
    linkNo: 'No, another one',
    no: 'No, release the card',
    letGo: 'Release the card',
    cannotPromise:
      'The card was scanned too long ago or entered by hand: it cannot be done offline. Wait for the connection',
  },
  operation: { redeem: 'Redemption', load: 'Activation' },
  result: {
    undecided: 'Needs a decision',
    waiting: 'Recorded, waiting for the answer…',
    waitingForLine: 'Waiting for the connection…',
    otherWays: 'More options',
    wait: 'Wait',
    cancel: 'Cancel',
    acceptOffline: 'Accept offline',
    promised: 'Accepted offline, we will send it',
    redeemed: (face, sum, balance) => `${face}: redeemed ${sum}${balance ? `, balance ${balance}` : ''}`,
    loaded: (face, sum) => `Card ${face} activated for ${sum}. Hand it to the customer`,
    loadedPromise: (face) => `Card ${face}: hand it to the customer. It can pay once the connection is back`,
    cancelling: (sum) => `Cancel recorded${sum ? `. Collect ${sum} in cash or by bank card` : ''}`,
    cancelled: (sum) =>
      `Cancelled, nothing was taken from the card${sum ? `. Collect ${sum} in cash or by bank card` : ''}`,
    cancelledLoad: 'Cancel recorded: do not hand this card over',
    undoing: 'Void recorded, waiting for the answer',
    undone: (sum) => `Voided: ${sum} is back on the card`,
    undoneLoad: 'Voided: the card is unsold again',
    notRedeemed: 'NOT REDEEMED',
    collect: (sum) => `Collect ${sum} in cash or by bank card, or delete the sale`,
    notLoaded: 'CARD NOT ACTIVATED',
    notCancelled: 'NOT VOIDED',
    otherCard: 'Do not hand this card over. Scan another one or delete the sale',
    inReview: (code) =>
      `${
        {
          receipt_malformed: 'The record could not be read',
          receipt_conflict: 'Such a record exists with other content',
          promise_without_hold: 'The card was not held',
          card_unknown: 'The card was not found',
          card_sold_twice: 'The card had been sold before',
          promise_refused: 'The operation could not be posted',
          number_mismatch: 'The card number does not match the record',
          grant_unknown: 'This till had no offline grant',
          grant_exceeded: 'The offline grant is exceeded',
          grant_expired: 'The offline grant was too old',
          till_forked: 'This till has a copy of itself',
          till_revoked: 'The till is switched off',
        }[code]
      }; a manager will settle it`,
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
  },
  ring: {
    title: 'Ring up on the fiscal register:',
    sold: (name, sum) => `“${name}” as goods, ${sum}`,
    advance: (sum) => `advance ${sum}`,
    discount: (sum) => `discount on the goods ${sum}`,
    offset: (sum) => `advance offset ${sum}`,
    rest: (sum) => `to be paid in cash or by bank card ${sum}`,
    undo: 'If the fiscal receipt is printed already, ring up a return',
  },
  refusal: (code, { sum, date, till }) =>
    ({
      card_unknown: 'Card not found. Check the number',
      card_unsold: 'The card has not been sold yet',
      card_sold: 'The card has been sold already, take another one',
      card_blocked: 'The card is blocked, call the manager',
      card_annulled: 'The card is annulled, call the manager',
      card_expired: `Expired${date ? ` on ${date}` : ''}: it cannot pay, the manager pays the money back`,
      card_empty: 'The card is empty',
      card_held: `The card is in use${till ? ` on till ${till}, release it there` : ' by another sale'}`,
      card_twice: 'This card is in the receipt already',
      card_loaded_here: 'A card sold here cannot pay here',
      too_many_cards: 'No more than 5 gift cards in one sale',
      insufficient_funds: `Not enough on the card${sum ? `, available ${sum}` : ''}`,
      above_payable: `Gift cards may pay no more than ${sum ?? '0'} here`,
      above_balance_max: `The card cannot be topped up above its limit${sum ? `, ${sum} more is possible` : ''}`,
      certificate_unknown: 'This product is not set up as a certificate, call the manager',
      certificate_discounted: 'Remove the discount from the certificate',
      certificate_fraction: 'Certificates are sold in whole pieces only',
      certificate_not_in_sale: 'This sale has no certificate for this card',
      refund_not_of_sale: 'This card did not pay for the sale',
      return_unread: 'MoySklad has no such return',
      refund_above_paid: `No more than ${sum ?? '0'} can go back to the card`,
      receipt_unknown: 'The server has no such operation',
      receipt_of_other_till: 'This is another till’s operation: void it there or ask the manager',
      void_twice: 'The operation is voided already',
      void_not_possible: 'This operation cannot be voided, call the manager',
      load_spent: 'The card has paid or is paying now, its sale cannot be voided',
      sale_exists: 'Delete the sale in MoySklad first, then void the operation',
      sale_unchecked: 'MoySklad does not answer, so we cannot see whether the sale is deleted. Try later',
      sale_gone: 'MoySklad does not have this sale any more, or it is not posted',
      promise_impossible: 'This cannot be done offline',
      hold_over: 'The card had to be let go, scan it again',
      programme_missing: 'Gift cards are not set up yet, call the manager',
      not_allowed: 'You have no right to do this, call the manager',
      link_not_possible: 'This operation belongs to another sale already',
      till_quarantined: 'This till has a copy of itself: it does not work until a manager has decided',
      till_revoked: 'The till is switched off, call the manager',
    })[code],
  fault: (fault, sum) => {
    switch (fault.code) {
      case 'certificate_without_card':
        return `Scan a card for “${fault.name}” in the Podarok panel`
      case 'cards_missing':
        return `Scan new gift cards: ${fault.needed - fault.scanned} more`
      case 'cards_spare':
        return 'The sale has no certificate for one gift card. Remove it in the Podarok panel'
      case 'sold_certificate_gone':
        return 'This certificate’s card is sold. Put the row back, or delete the sale and void the operation'
      case 'paid_above_sale':
        return `Already paid by card ${sum(fault.paidKopecks)}, possible ${sum(fault.payableKopecks)}. Put the goods back`
      case 'line_needed':
        return 'No connection: this card cannot be charged. Take another payment or wait'
      case 'cards_unknown':
        return 'No connection: we cannot see whether this sale’s certificates have cards. Wait for it'
      case 'sale_unread':
        return 'The sale could not be read. Close and open it again, or take payment without the card'
      case 'checking':
        return 'Checking the card, please wait'
      case 'above_payable':
        return `Card amount ${sum(fault.amountKopecks)}, but only ${sum(fault.payableKopecks)} can be paid. Lower it`
      case 'redeem_unconfirmed':
        return 'Press “Redeem from the gift card” or remove the card in the Podarok panel'
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
    asked: 'This card is here already: decide about it',
    left: 'The card is waiting: open a new sale and decide about it',
    elsewhere: 'This card is in another sale on this till, look in the other tab',
  },
  storageFull: 'The disk is full: nothing was recorded. Free some space or take another payment',
  notice: {
    away: 'Offline: no new gift card can be taken, what is prepared waits',
    offline: 'Offline. Gift cards cannot be taken now',
    undo_offline: 'Offline: not voided. Void it when the connection is back',
    typed_offline: 'Offline, a number entered by hand is not taken: scan the card',
    scan_again: 'Back online. Scan the card again',
    not_in_book: 'Offline, and this card is not in the list. Take another payment',
    book_limit: 'The offline limit is used up: this card needs a connection',
    sold_here: 'This card was sold offline. It can pay when the connection is back',
    too_many_attempts: 'Too many attempts, call the manager',
    try_again: 'That did not work, try again',
    programme_missing: 'Gift cards are not set up yet, call the manager',
    not_recorded: 'Could not be recorded, nothing happened. Try again or take another payment',
    decided_elsewhere: 'This was answered in another window, see the operations of this till',
  },
  lowered: (sum) => `The sale became smaller: we take ${sum} from the gift card`,
  memoryOnly: 'The browser does not let us store data: we work online only',
  saveFirst: 'Save the sale first, then scan the gift card',
  trouble: {
    storage_denied: 'The browser gives no storage: gift cards do not work here. Call the manager',
    storage_blocked: 'Close other MoySklad tabs: an old version is open in them',
    storage_lost: 'The browser closed its storage. Reload the page',
    page_outdated: 'Reload the page: an old version is open',
    session_over: 'The session is over. Reload the page',
    wire_unknown: 'Reload the page: an old version is open',
    account_changed: 'MoySklad is open for another account. Open the page anew',
    not_allowed: 'You have no right to sell, call the manager',
    several_accounts:
      'The session is over, and this browser was used for several accounts: nothing is sent without a session. Reload the page',
    till_revoked: 'The till is switched off, call the manager. What is recorded will still be sent',
    till_quarantined:
      'This till has a copy of itself: it does not work until a manager has decided. What is recorded will still be sent',
    till_retired: 'This till starts anew: reload the page when everything is sent',
  },
}
