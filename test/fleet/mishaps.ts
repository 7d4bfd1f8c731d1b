import type { Counter } from './counter.ts'
import { type OpenTill } from './counter.ts'
import type { Story } from './story.ts'
import type { Backup } from './world/profile.ts'
import { Profile } from './world/profile.ts'

const yearMs = 365 * 24 * 3_600_000

interface Kept {
  counter: Counter
  backup: Backup
  held: Set<string>
  drafts: Set<string>
}

/** What goes wrong in a month, one kind each; F-numbers are those of the catalogue of failures. */
export class Mishaps {
  readonly #story: Story
  #copies: string[] = []
  #backups: Kept[] = []

  constructor(story: Story) {
    this.#story = story
  }

  /** Between two days. */
  async night(day: number): Promise<void> {
    const { random, counters } = this.#story
    const counter = random.pick(counters)
    if (random.chance(0.12)) this.#keepBackup(counter)
    if (random.chance(0.04)) this.#restore()
    if (random.chance(0.02)) this.#clone(day)
    if (random.chance(0.02)) this.#wipe(counter)
    if (random.chance(0.08)) this.#setClock(counter)
    if (random.chance(0.1)) await this.#restart()
    if (random.chance(0.1)) this.#copies.push(await this.#copy(day))
    if (random.chance(0.04)) await this.#setBack()
    if (random.chance(0.1)) this.#poison()
    if (random.chance(0.01)) this.#closeShop()
  }

  /** In the middle of a scene. */
  sudden(open: OpenTill): void {
    const { random } = this.#story
    const { page, counter } = open
    const roll = random.next()
    if (roll < 0.04) page.doom = { kind: 'tasks', left: random.int(1, 200) }
    else if (roll < 0.07) page.doom = { kind: 'commit', when: 'before' }
    else if (roll < 0.12) page.doom = { kind: 'commit', when: 'after' }
    else if (roll < 0.14) {
      this.#count('F14 connection closed', counter)
      page.loseConnections()
    } else if (roll < 0.16) {
      this.#count('F15 disk full', counter)
      counter.parts.profile.full = true
    } else if (roll < 0.17) {
      this.#count('F6 wiped while open', counter)
      this.#forget(counter)
      counter.parts.profile.wipe()
    }
    if (page.doom)
      this.#count(
        `F4 doomed: ${page.doom.kind}${page.doom.kind === 'commit' ? ` ${page.doom.when}` : ''}`,
        counter,
      )
  }

  /** The server is away for the length of a scene. */
  async outage(work: () => Promise<void>): Promise<void> {
    const { random, server, tally, oracle } = this.#story
    const roll = random.next()
    if (roll < 0.05) return this.#kill(work)
    if (roll > 0.11) return work()
    tally.add('server down')
    oracle.close()
    await server.stop()
    await work()
    await server.start()
  }

  /** The server is killed in the middle of a transaction, and stays away for the rest of the scene. */
  async #kill(work: () => Promise<void>): Promise<void> {
    const { random, server, tally, oracle, trace } = this.#story
    server.killAfter(random.int(1, 60))
    await work()
    server.killAfter(Infinity)
    if (!server.killed) return
    trace.say('the server was killed')
    tally.add('server killed in a transaction')
    oracle.close()
    await server.revive()
  }

  /** Nobody comes for long: keys grow old, grants, holds and sessions lapse, and queues wait (F17). */
  #closeShop(): void {
    const { random, scheduler, tally, trace } = this.#story
    const days = random.pick([35, 95, 190, 190])
    trace.say('the shop is closed for days:', days)
    tally.add('F17 closed for months')
    scheduler.skip(days * 24 * 3_600_000)
  }

  #keepBackup(counter: Counter): void {
    const { truth } = this.#story
    const { profile } = counter.parts
    this.#backups.push({
      counter,
      backup: profile.backup(),
      held: new Set(truth.heldBy(profile.name)),
      drafts: new Set(truth.draftsOf(profile.name)),
    })
  }

  #restore(): void {
    const { random, truth } = this.#story
    if (this.#backups.length === 0) return
    const { counter, backup, held, drafts } = random.pick(this.#backups)
    const withBeacon = random.chance(0.5)
    this.#count(withBeacon ? 'F7 tail lost, beacon kept' : 'F7 profile restored', counter)
    const { profile } = counter.parts
    truth.doubled = true
    const local = [...profile.local]
    profile.restore(withBeacon ? { ...backup, local } : backup)
    truth.holders.set(profile.name, new Set(held))
    truth.drafts.set(profile.name, new Set(drafts))
  }

  /** Another computer gets a copy of the profile: two tills with one identity (F9). */
  #clone(day: number): void {
    const { random, counters, truth } = this.#story
    if (counters.length >= 8) return
    const { profile } = random.pick(counters).parts
    const copy = new Profile(`${profile.name} copy ${day}`)
    copy.restore(profile.backup())
    truth.holders.set(copy.name, new Set(truth.heldBy(profile.name)))
    truth.drafts.set(copy.name, new Set(truth.draftsOf(profile.name)))
    truth.copied.add(profile.name).add(copy.name)
    truth.doubled = true
    // Whoever used the one computer uses the other: what two shops have in it waits for both (F23).
    for (const { parts } of counters.filter((counter) => counter.parts.profile === profile)) {
      this.#count('F9 cloned', this.#story.addCounter(parts.boss, copy))
    }
  }

  #wipe(counter: Counter): void {
    this.#count('F6 wiped', counter)
    for (const open of [...counter.open]) open.page.kill()
    this.#forget(counter)
    counter.parts.profile.wipe()
  }

  #forget(counter: Counter): void {
    const { truth } = this.#story
    truth.heldBy(counter.parts.profile.name).clear()
    truth.draftsOf(counter.parts.profile.name).clear()
  }

  #setClock(counter: Counter): void {
    const { random } = this.#story
    this.#count('F16 clock set', counter)
    counter.parts.computer.skewMs += random.pick([yearMs, -yearMs, -3_600_000, -10_000, 86_400_000])
  }

  async #restart(): Promise<void> {
    const { server, tally, oracle } = this.#story
    tally.add('server restarted')
    oracle.close()
    await server.stop()
    await server.start()
  }

  #copy(day: number): Promise<string> {
    const { server, oracle } = this.#story
    oracle.close()
    return server.copy(`day-${day}`)
  }

  async #setBack(): Promise<void> {
    const { random, server, tally, oracle, trace, truth } = this.#story
    const copy = this.#copies.slice(-3)[random.int(0, 2)]
    if (!copy) return
    trace.say('the server is restored to', copy.replace(/.*\//, ''))
    tally.add('F22 server restored')
    oracle.close()
    await server.setBack(copy)
    // A copy that is from later than this one never was.
    this.#copies = this.#copies.slice(0, this.#copies.indexOf(copy) + 1)
    truth.refilling = true
    truth.setBack = true
    truth.told.length = 0
    // Whatever broke it is mended by then.
    server.poison.clear()
  }

  /** The server will fail at the next receipt that is written, whenever it comes (F20). */
  #poison(): void {
    this.#story.poisonNext = true
  }

  #count(name: string, { name: who }: Counter): void {
    this.#story.tally.add(name)
    this.#story.trace.say(who, name)
  }
}
