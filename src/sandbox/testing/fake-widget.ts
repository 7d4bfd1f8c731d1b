/** What the fake application declares beyond what Podarok does: one popup, a return, and all services at a saved sale. */
export function withEverythingDeclared(descriptorXml: string, widgetUrl: string): string {
  // Only the saved sale navigates.
  const services = '<navigation-service/><good-folder-selector/>'
  const popup = `<popup><name>card</name><sourceUrl>${widgetUrl}/p/card</sourceUrl></popup>`
  const atReturn =
    `<document.retailsalesreturn.edit><sourceUrl>${widgetUrl}/w/return</sourceUrl>` +
    '<height><fixed>160px</fixed></height><supports><open-feedback/><save-handler/></supports></document.retailsalesreturn.edit>'
  return descriptorXml
    .replace('</widgets>', `${atReturn}</widgets>`)
    .replace('<navigation-service/>', services)
    .replace('</ServerApplication>', `<popups>${popup}</popups></ServerApplication>`)
}

/** The smallest popup: it shows what it was given and closes itself with a word. */
export const fakePopupHtml = `<!doctype html><meta charset="utf-8"><title>popup</title>
<button id="done">done</button><pre id="log"></pre>
<script>
addEventListener('message', ({ data }) => {
  document.getElementById('log').textContent += [data.name, data.popupName, data.popupParameters].join(' ') + '\\n'
})
document.getElementById('done').onclick = () =>
  parent.postMessage({ name: 'ClosePopup', messageId: 1, popupResponse: 'done' }, '*')
</script>`

/**
 * The smallest widget that speaks the window protocol: it writes down every message and agrees to every change, or
 * refuses it after «bad» was pressed, or is silent after «mute».
 */
export function fakeWidgetHtml(point: 'create' | 'edit' | 'return'): string {
  return `<!doctype html><meta charset="utf-8"><title>${point}</title>
<style>body { margin: 0 } pre { white-space: pre-wrap }</style>
<button id="good">good</button><button id="bad">bad</button><button id="mute">mute</button>
<button id="dialog">dialog</button><button id="dirty">dirty</button><button id="list">list</button>
<button id="popup">popup</button><button id="folder">folder</button><button id="user">user</button>
<pre id="log"></pre>
<script>
const query = new URLSearchParams(location.search)
const write = (line) => (document.getElementById('log').textContent += line + '\\n')
write('frame ' + [query.get('appUid'), query.get('userLocale'), query.get('contextKey').length].join(' '))
write('stored ' + localStorage.getItem('mark'))
let mode = 'good', change = null, open = null, lastId = 0
const say = (name, rest) => parent.postMessage({ name, messageId: ++lastId, ...rest }, '*')
const judge = () => {
  if (change === null || mode === 'mute') return
  const valid = mode === 'good'
  say('ValidationFeedback', { correlationId: change, valid, ...(valid ? {} : { message: 'Нужно карт: 1' }) })
}
for (const id of ['good', 'bad', 'mute']) document.getElementById(id).onclick = () => ((mode = id), judge())
const on = (id, act) => (document.getElementById(id).onclick = act)
on('dialog', () => say('ShowDialogRequest', { dialogText: 'Списать?', buttons: [{ name: 'yes', caption: 'Да' }] }))
on('dirty', () => say('SetDirty', { openMessageId: open }))
on('popup', () => say('ShowPopupRequest', { popupName: 'card', popupParameters: 'hello' }))
on('folder', () => say('SelectGoodFolderRequest'))
on('user', () => say('UserContextRequest'))
on('list', () => say('NavigateRequest', { path: '#retaildemand', target: 'self' }))
addEventListener('message', ({ data }) => {
  write([data.name, data.messageId, data.objectId, data.changeHints, data.buttonName, data.popupResponse, data.goodFolderId, data.token].filter(Boolean).join(' '))
  if (data.name === 'Change') (change = data.messageId), judge()
  if (data.name !== 'Open') return
  open = data.messageId
  change = null
  if ('${point}' !== 'create') setTimeout(() => say('OpenFeedback', { correlationId: open }), 100)
})
</script>`
}
