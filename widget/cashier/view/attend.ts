/**
 * Where the cashier looks and types: what is new comes into sight, and when the element with the cursor goes, the cursor
 * waits at the scan box, so that no key falls to the page.
 *
 * @param screen the element that holds the whole screen as long as it lives
 */
export function attend(screen: HTMLElement | null): void {
  const find = (place: string) => screen?.querySelector<HTMLElement>(place)
  let last: Element | null = null
  screen?.addEventListener('focusin', ({ target }) => (last = target as Element))
  const watch = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes as NodeListOf<Element>) {
        if (node.matches?.('.card,.result,.question')) node.scrollIntoView({ block: 'nearest' })
      }
    }
    if (!last || last.isConnected) return
    // Whoever goes back from the operations is where they were opened.
    const usual = last.closest('.operations') ? '.more' : '.scan-state'
    last = null
    // Not while MoySklad's page has the keys (U2).
    if (document.hasFocus() && document.activeElement === document.body) {
      const place = find('.refused') ?? find(usual) ?? find('.more')
      place?.focus()
    }
  })
  if (screen) watch.observe(screen, { childList: true, subtree: true })
}
