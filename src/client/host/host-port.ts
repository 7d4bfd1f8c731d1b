import type { HostMessageOf } from '../../core/host/host-messages.ts'

/** MoySklad's page as the cashier's model has it, whatever stands behind: a frame's parent, or a test. */
export interface HostPort {
  /** Takes over the messages, the ones that came before included. */
  listen(listener: HostListener): void
  /** Lifts the loader off the frame, once for each `Open`; only `*.edit` declares it. */
  openFeedback(openId: number): void
  /**
   * The verdict on one Change, never on "the last one": a late check must not approve a newer state (M5).
   *
   * @param fault why the sale must not be saved, cut to what the host takes; null when it may be
   */
  verdict(changeId: number, fault: string | null): void
  close(): void
}

export interface HostListener {
  /** @param turn of the message's coming, in the order of its browser tab */
  open(message: HostMessageOf<'Open'>, turn: number): void
  change(message: HostMessageOf<'Change'>): void
  save(message: HostMessageOf<'Save'>): void
}
