/** How often each point of the long form is hit (`PODAROK_KILLS`); null is the short form, which every run plays. */
export function killsWanted(): number | null {
  const said = process.env['PODAROK_KILLS']
  if (said === undefined || said === '') return null
  const wanted = Number(said)
  if (!Number.isInteger(wanted) || wanted < 1) throw new Error(`PODAROK_KILLS=${said}: how often, 1 or more`)
  return wanted
}

/** After N kills without a fault, a fault rarer than this would probably not have shown (the rule of three, 95 %). */
export function rateBound(kills: number): string {
  return kills === 0
    ? 'no bound'
    : `at most ${((3 / kills) * 100).toPrecision(2)} % of kills (3/${kills}, 95 %)`
}
