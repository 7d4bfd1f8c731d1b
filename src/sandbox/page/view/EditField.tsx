import { useState } from 'preact/hooks'

type Props = {
  readonly label: string
  readonly testId: string
  readonly shown: string
  readonly disabled?: boolean
  /** False for text that cannot be read: the field goes back to the old value. */
  readonly onCommit: (typed: string) => boolean
}

/** A cell that takes its value when it is left or Enter is pressed, as the platform's tables do. */
export function EditField({ label, testId, shown, disabled = false, onCommit }: Props) {
  const [typed, setTyped] = useState<string | null>(null)
  const commit = () => {
    if (typed !== null && typed !== shown) onCommit(typed)
    setTyped(null)
  }
  return (
    <input
      type="text"
      inputMode="decimal"
      autocomplete="off"
      aria-label={label}
      data-testid={testId}
      disabled={disabled}
      value={typed ?? shown}
      onFocus={(event) => event.currentTarget.select()}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
        if (event.key === 'Escape') setTyped(null)
      }}
    />
  )
}
