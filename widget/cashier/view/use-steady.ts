import { useEffect, useState } from 'preact/hooks'

/** What is over sooner would only flicker. */
const lastingMs = 400

/**
 * @param is null while it is not known
 * @returns what was known first at once, `false` at once, and `true` only when it lasts
 */
export function useSteady(is: boolean | null): boolean {
  const [shown, setShown] = useState<boolean | null>(null)
  useEffect(() => {
    if (shown === null || !is) return setShown(is)
    const timer = setTimeout(() => setShown(true), lastingMs)
    return () => clearTimeout(timer)
  }, [is])
  return (is && (shown ?? true)) ?? false
}
