/**
 * Sources that agreed have fallen apart, and none of the groups is a majority. Do they still agree about how fast time passes?
 * Whatever the oscillator does, it does to all of them: between two sources nothing of it is left, so two honest rates keep their
 * distance, but for what delays can hide. That is shown only when enough time has gone by; until then nobody can tell.
 */
import type { Interval } from '#core/discipline/select.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Association } from './association.ts'

/** Rates that differ by less than this are one. */
const ONE_RATE: Rate = 1e-5

type Party = Pick<Association, 'track'>

export class Rift {
  readonly #at: Seconds
  readonly #said: ReadonlyMap<Party, Interval>

  constructor(parties: readonly Party[], at: Seconds) {
    this.#at = at
    this.#said = saidBy(parties, at)
  }

  /** Two of them have not moved against each other since, and would have, had their rates differed. */
  showsOneRate(parties: readonly Party[], at: Seconds): boolean {
    const now = [...saidBy(parties, at)]
    return now.every(([party, said], i) =>
      now.slice(i + 1).every(([other, otherSaid]) => {
        const [before, otherBefore] = [this.#said.get(party), this.#said.get(other)]
        if (!before || !otherBefore) return false
        const hidden = [said, otherSaid, before, otherBefore].reduce((sum, each) => sum + width(each) / 2, 0)
        const moved = middle(said) - middle(otherSaid) - (middle(before) - middle(otherBefore))
        return Math.abs(moved) <= hidden && hidden <= ONE_RATE * (at - this.#at)
      }),
    )
  }
}

const saidBy = (parties: readonly Party[], at: Seconds) =>
  new Map(parties.map(party => [party, party.track.interval(at)] as const))

const width = ({ low, high }: Interval): Seconds => high - low
const middle = ({ low, high }: Interval): Seconds => (low + high) / 2
