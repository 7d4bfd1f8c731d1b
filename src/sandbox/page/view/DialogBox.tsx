import { useEffect, useRef } from 'preact/hooks'
import type { Dialog, Dialogs } from '../model/dialog.ts'

/** The platform's modal: its own questions, and those that a widget asks for. */
export function DialogBox({ dialogs }: { readonly dialogs: Dialogs }) {
  const shown = dialogs.shown.value
  return shown === null ? null : <Modal dialog={shown} />
}

function Modal({ dialog }: { readonly dialog: Dialog }) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => element.current?.showModal(), [])
  const close = () => dialog.resolve({ dialogResolution: 'closedByUser' })
  return (
    <dialog
      ref={element}
      class="dialog"
      data-testid="dialog"
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
    >
      <h2 id="dialog-title">{dialog.title}</h2>
      <button
        type="button"
        class="cross"
        aria-label="Закрыть окно"
        data-testid="dialog-cross"
        onClick={close}
      >
        ×
      </button>
      <p>{dialog.text}</p>
      <div class="dialog-buttons">
        {dialog.buttons.map((button) => (
          <button
            key={button.name}
            type="button"
            data-testid={`dialog-${button.name}`}
            onClick={() => dialog.resolve({ dialogResolution: 'normal', buttonName: button.name })}
          >
            {button.caption}
          </button>
        ))}
      </div>
    </dialog>
  )
}
