import '../../widget/cashier/cashier.css'
import { addCards, states } from '../../widget/cashier/testing/states.ts'
import { TillScreen } from '../../widget/cashier/testing/till-screen.tsx'

/** Draws the state and the language that the address names; `drawn` on the document says when it stands. */

const asked = new URLSearchParams(location.search)
const state = states.find(({ name }) => name === asked.get('state'))!
const code = asked.get('language') === 'en' ? 'en' : 'ru'
document.documentElement.lang = code
// Of many frames on one page at most one has the keys.
document.hasFocus = () => state.focused ?? false

const screen = new TillScreen(code)
addCards(screen.page)
await screen.page.newSale()
await state.come(screen.page)
screen.draw(document.querySelector('#app')!)
await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
document.documentElement.dataset['drawn'] = 'yes'
