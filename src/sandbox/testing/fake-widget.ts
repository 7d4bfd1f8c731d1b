/**
 * The smallest widget that speaks the window protocol: it writes down every message and agrees to every change, or
 * refuses it after «bad» was pressed, or is silent after «mute».
 */
export function fakeWidgetHtml(point: 'create' | 'edit'): string {
  return `<!doctype html><meta charset="utf-8"><title>${point}</title>
<style>body { margin: 0 } pre { white-space: pre-wrap }</style>
<button id="good">good</button><button id="bad">bad</button><button id="mute">mute</button>
<button id="dialog">dialog</button><button id="dirty">dirty</button><button id="list">list</button>
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
on('list', () => say('NavigateRequest', { path: '#retaildemand', target: 'self' }))
addEventListener('message', ({ data }) => {
  write([data.name, data.messageId, data.objectId, data.changeHints, data.buttonName].filter(Boolean).join(' '))
  if (data.name === 'Change') (change = data.messageId), judge()
  if (data.name !== 'Open') return
  open = data.messageId
  change = null
  if ('${point}' === 'edit') setTimeout(() => say('OpenFeedback', { correlationId: open }), 100)
})
</script>`
}
