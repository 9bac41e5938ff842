/**
 * Times in which no source was heard, longer than a poll: nobody answered, nobody asked, or the machine slept. ntpd's filters tell the
 * first from the last: who does not answer eight polls leaves an empty one, and what sleeps keeps what it had.
 */
import type { Seconds } from '#core/time/units.ts'
import type { SampleBlock } from '#core/trace/series.ts'
import type { Correction } from './corrections.ts'
import { decidedAt } from './corrections-said.ts'
import { Largest } from './largest.ts'

const MOST = 256
/** 1024 s, and some chance. */
const ONE_POLL: Seconds = 1100
/** A filter with one sample in it has nearly eight seconds. */
const EMPTIED: Seconds = 4
/** A running ntpd finds the clock wrong for five minutes before it steps (stepout); one that starts has asked all of its sources by then. */
const AT_ONCE: Seconds = 120

export interface HeardNobody {
  readonly from: Seconds
  readonly to: Seconds
  /** In ntpd's filter of the first source that was heard again there were samples from before. */
  readonly kept: boolean
  /** What that one found. */
  readonly offset: Seconds
}

export class Silences {
  readonly #longest = new Largest<HeardNobody>(MOST, ({ from, to }) => to - from)
  #last: Seconds = Number.POSITIVE_INFINITY

  add({ at, offset, dispersion, exchanges, rows }: SampleBlock): void {
    let last = this.#last
    for (let row = 0; row < rows; row++) {
      const time = at[row]!
      if (time - last > ONE_POLL)
        this.#longest.offer({
          from: last,
          to: time,
          kept: !exchanges && dispersion[row]! < EMPTIED,
          offset: offset[row]!,
        })
      last = time
    }
    this.#last = last
  }

  get all(): readonly HeardNobody[] {
    return this.#longest.all
  }
}

/** Where ntpd stepped as soon as it heard somebody: it had been started again. */
export const endedByStarts = (all: readonly HeardNobody[], own: readonly Correction[]): HeardNobody[] =>
  all.filter(({ to }) =>
    own.some(each => each.by === 'step' && decidedAt(each) > to && decidedAt(each) < to + AT_ONCE),
  )
