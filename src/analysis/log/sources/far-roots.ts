/** The longest time in which each answer, of whatever source, said that it was too far from a clock that is right. */
import type { Seconds } from '#core/time/units.ts'
import type { ReadingBlock } from '#core/trace/series.ts'
import { LONGEST_POLL } from './longest-poll.ts'

/** Nobody was heard, or the files of other days have nearer ones only. */
const UNHEARD: Seconds = 8 * LONGEST_POLL

export interface FarSpell {
  readonly from: Seconds
  to: Seconds
  answers: number
  /** Of the root distance. */
  readonly first: Seconds
  last: Seconds
}

export class FarRoots {
  #longest: FarSpell | undefined
  #now: FarSpell | undefined

  add({ at, value, rows }: ReadingBlock): void {
    for (let row = 0; row < rows; row++) {
      const [time, distance] = [at[row]!, value[row]!]
      if (distance === 0) this.#now = undefined
      else if (this.#now && time - this.#now.to < UNHEARD) {
        this.#now.to = time
        this.#now.answers++
        this.#now.last = distance
      } else this.#now = { from: time, to: time, answers: 1, first: distance, last: distance }
      if (this.#now && lengthOf(this.#now) >= lengthOf(this.#longest)) this.#longest = this.#now
    }
  }

  get longest(): FarSpell | undefined {
    return this.#longest
  }
}

const lengthOf = (spell: FarSpell | undefined): Seconds => (spell ? spell.to - spell.from : 0)
