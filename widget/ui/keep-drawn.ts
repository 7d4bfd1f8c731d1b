import { effect } from '@preact/signals-core'

/**
 * Draws at once, and again after each change of a signal that the drawing has read; changes of one task are one drawing.
 * What changes a signal never runs the drawing itself: a fault of a view must not stop what moves money.
 */
export function keepDrawn(draw: () => void, onFault: (error: unknown) => void): void {
  let drawn = false
  effect(() => {
    // The second run reads no signal, so it is the last one of this effect.
    if (drawn) return queueMicrotask(() => keepDrawn(draw, onFault))
    drawn = true
    try {
      draw()
    } catch (error) {
      // It stays in touch with what it has read, so the next change draws again.
      onFault(error)
    }
  })
}
