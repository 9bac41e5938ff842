/**
 * What the daemon itself did to the clock, as far as it is large: it has to be taken out before one can see what
 * happened to the clock.
 *
 * chrony's measurements are against a clock on which each correction counts as done from its first moment (chronyd
 * converts readings with what is left to slew), so a row of tracking.log is a change of the offset by exactly that much.
 * When chronyd notices that somebody set the clock it drops what is left to slew; then that much was never corrected.
 * ntpd writes an update of exactly zero right after it has stepped.
 */

import type { Rate, Seconds } from '#core/time/units.ts'
import type { LogEvent, UpdateBlock } from '#core/trace/series.ts'
import { Eras } from '../order/eras.ts'
import { once } from '../order/once.ts'
import { LIMIT } from '../rate/saturation.ts'
import { LONGEST_POLL } from '../sources/longest-poll.ts'
import { Largest } from '../statistics/largest.ts'
import { isBetweenPolls } from './noticed.ts'
import { STEPOUT } from './step-sizes.ts'

const MOST = 8192
const LEAST: Seconds = 5e-4
/** What is left of a correction is soon smaller. */
const CLEAN: Seconds = 2e-3
/** Nor does one change by so much. */
const NO_CRYSTAL: Rate = 2e-4
/** After a step ntpd's jitter is the precision of its clock, however large it was; an update without an offset takes a sixteenth from it. */
const NO_JITTER: Seconds = 1e-4
const AT_ONCE = 0.5
/** Where only some sources have seen a jump ntpd steps by a part of it, and later by the rest, with no update in between. */
const PARTS = 3
/** Polls of ntpd differ by 6 % (poll_update in ntp_proto.c), and its steps by more. */
const UNEVEN = 1.08
/** Of what ntpd corrects. A clock whose rate is further off runs away, and it steps as often as it may. */
const NEARLY_ALL: Rate = LIMIT - 0.1e-6

export interface Correction {
  readonly at: Seconds
  /** Positive: the clock was set forward. NaN when only the moment is known. */
  readonly size: Seconds
  readonly by: 'step' | 'slew' | 'unknown'
  /** Where it stands among the updates: when the clock was surely still right, and its era. */
  readonly since?: Seconds
  readonly era?: number
  /** Before it chronyd had lost its only source between two polls: it had noticed itself that the clock was set. */
  readonly noticed?: boolean
  /** By a daemon that was to set the clock once and end: all of it had been before its start. */
  readonly once?: boolean
  /** How many updates in a row before it had next to nothing to correct. */
  readonly clean?: number
  readonly file: number
  readonly line: number
}

/** chronyd gave up what it was still slewing. */
export interface Dropped {
  readonly at: Seconds
  /** Of the updates. */
  readonly era: number
  /** What was left at the update before, which was at `lastAt` by true time, and how fast it became less, 0 where that is not seen. Positive: still behind. */
  readonly left: Seconds
  readonly lastAt: Seconds
  readonly rate: Rate
}

/** chronyd set another frequency, from then on. */
interface Driven {
  readonly at: Seconds
  readonly frequency: Rate
}

export class Corrections {
  readonly #updates = new Largest<Correction>(MOST, each => Math.abs(each.size))
  readonly #markers = new Largest<Correction>(MOST, () => 1)
  readonly #alike = new Largest<Correction>(MOST, () => 1)
  readonly #events = new Largest<Correction>(MOST, each => Math.abs(each.size))
  readonly dropped: Dropped[] = []
  readonly #driven: Driven[] = []
  readonly #slew = new Slew()
  readonly eras = new Eras()
  #lastAt = Number.NEGATIVE_INFINITY
  #beforeLast = Number.NEGATIVE_INFINITY
  #followed = -1
  #several = false
  #noticed = false
  #clean = 0
  /** ntpd's updates without an offset, one after the other, and those of them that may be a step's. */
  #zeros = 0
  #maybe: Correction[] = []
  /** Of ntpd's last update. */
  #jitter = 0
  #atOnce = false
  /** At all of these zeros. */
  #atLimit = true

  add(block: UpdateBlock): void {
    const { at, offset, jitter, remaining, stratum, frequency, followed, line, file, daemon } = block
    for (let row = 0; row < block.rows; row++) {
      const size = offset[row]!
      // Of several sources the next to be heard after a jump may know nothing of it yet, and be followed once more.
      const since = this.#several ? this.#beforeLast : this.#lastAt
      const era = this.eras.see(at[row]!)
      const place = since > Number.NEGATIVE_INFINITY ? { since, era, noticed: this.#noticed } : { era }
      if (stratum[row] === 0) {
        const waited = at[row]! - this.#lastAt
        this.#noticed ||= !this.#several && isBetweenPolls(waited, this.#lastAt - this.#beforeLast)
      } else {
        this.#noticed = false
        if (this.#followed >= 0 && followed[row] !== this.#followed) this.#several = true
        this.#followed = followed[row]!
        this.#beforeLast = this.#lastAt
        this.#lastAt = at[row]!
      }
      if (daemon === 'ntpd') {
        if (size !== 0) this.#endZeros()
        else if (++this.#zeros === 1) this.#atOnce = jitter[row]! < AT_ONCE * this.#jitter
        if (size === 0 && jitter[row]! < NO_JITTER) {
          const marker: Correction = {
            at: at[row]!,
            size: Number.NaN,
            by: 'step',
            ...place,
            file,
            line: line[row]!,
          }
          this.#alike.offer(marker)
          if (this.#mayFollow(marker)) this.#maybe.push(marker)
          this.#atLimit &&= Math.abs(frequency[row]!) >= NEARLY_ALL
        }
        this.#jitter = jitter[row]!
        continue
      }
      this.#drive(at[row]!, frequency[row]!)
      if (stratum[row] === 0) {
        const last = this.#slew.last
        if (last && Math.abs(last.left) > 0.01 && this.dropped.length < MOST)
          this.dropped.push({ at: at[row]!, era, ...last })
        this.#slew.restart()
        continue
      }
      if (size > LEAST || size < -LEAST)
        this.#updates.offer({
          at: at[row]!,
          size,
          by: 'unknown',
          ...place,
          clean: this.#clean,
          file,
          line: line[row]!,
        })
      this.#clean = Math.abs(size) < CLEAN ? this.#clean + 1 : 0
      this.#slew.add(at[row]!, remaining[row]!, Number.isNaN(size) ? 0 : size)
    }
  }

  /**
   * A zero alone follows a step. Of several the clock is compared with itself, but where ntpd stepped again before it had another update:
   * a step forgets the jitter at once, which only fades in comparisons, and another step has to wait.
   */
  #mayFollow({ at }: Correction): boolean {
    if (this.#zeros === 1) return true
    const last = this.#maybe.at(-1)
    const allMay = this.#atOnce && this.#maybe.length === this.#zeros - 1
    return allMay && last !== undefined && at - last.at >= STEPOUT
  }

  #endZeros(): void {
    for (const each of this.#steps) this.#markers.offer(each)
    this.#maybe = []
    this.#zeros = 0
    this.#atLimit = true
  }

  /** Of many in a row a clock that is compared with itself is at each poll. */
  get #steps(): readonly Correction[] {
    const few = this.#zeros <= PARTS || this.#atLimit
    return this.#maybe.length === this.#zeros && (few || !arePolls(this.#maybe)) ? this.#maybe : []
  }

  #drive(at: Seconds, frequency: Rate): void {
    const last = this.#driven.at(-1)
    if (last && Math.abs(frequency - last.frequency) < NO_CRYSTAL) return
    if (this.#driven.length < MOST) this.#driven.push({ at, frequency })
  }

  /** How far chronyd drove the clock forward between two stamps by frequencies that no crystal has, and that is not this clock's. */
  drivenBetween(from: Seconds, to: Seconds, usual: Rate): Seconds {
    return this.#driven.reduce((sum, { at, frequency }, i) => {
      const time = Math.min(to, this.#driven[i + 1]?.at ?? to) - Math.max(from, at)
      const off = frequency - usual
      return time > 0 && Math.abs(off) > NO_CRYSTAL ? sum + off * time : sum
    }, 0)
  }

  event(event: LogEvent): void {
    if (event.what === 'stepped')
      this.#events.offer({ at: event.at, size: event.size, by: 'step', file: event.file, line: event.line })
  }

  /** Corrections of known size, in order of time. What tracking.log says is not said again by chronyd's messages. */
  get sized(): readonly Correction[] {
    const updates = once(this.#updates.all, ({ at, size }) => `${at} ${size}`)
    return [...(updates.length > 0 ? updates : this.#events.all)].sort((a, b) => a.at - b.at)
  }

  /** Steps as the daemon's log names them. */
  get steps(): readonly Correction[] {
    return this.#events.all
  }

  /** With all that look like markers, some of which are of a clock that is compared with itself: ntpd may step again before it has any other update. */
  get likeMarkers(): readonly Correction[] {
    return once(this.#alike.all, ({ at }) => `${at}`)
  }

  get markers(): readonly Correction[] {
    return once([...this.#markers.all, ...this.#steps], ({ at }) => `${at}`)
  }
}

function arePolls(all: readonly Correction[]): boolean {
  const waits = all.slice(1).map(({ at }, i) => at - all[i]!.at)
  const least = Math.min(...waits)
  return least <= UNEVEN * LONGEST_POLL && Math.max(...waits) <= UNEVEN * least
}

/**
 * What chronyd has left to slew, which becomes less at a steady rate. It is printed with four digits, so that of an hour
 * whole seconds are seen; the line through all that was printed since the slew began knows better.
 */
class Slew {
  #n = 0
  #origin = 0
  #st = 0
  #sy = 0
  #stt = 0
  #sty = 0
  #left = 0
  #at = Number.NaN
  #last = 0

  add(at: Seconds, remaining: Seconds, size: Seconds): void {
    // What is corrected from now on is left too, and belongs to another line when it is not small.
    // By true time: of a large correction the stamp is of the clock before it.
    const time = at + size
    const begun = Math.abs(size) > 0.01 * Math.abs(remaining)
    if (begun || Math.sign(remaining) !== Math.sign(this.#last) || time < this.#at) this.restart()
    if (this.#n === 0) this.#origin = time
    const t = time - this.#origin
    this.#n++
    this.#st += t
    this.#sy += remaining
    this.#stt += t * t
    this.#sty += t * remaining
    this.#left = remaining + size
    // The row after it begins another line.
    this.#last = begun ? 0 : remaining
    this.#at = time
  }

  restart(): void {
    this.#n = 0
    this.#st = this.#sy = this.#stt = this.#sty = 0
    this.#left = this.#last = 0
    this.#at = Number.NaN
  }

  get last(): { left: Seconds; lastAt: Seconds; rate: Rate } | undefined {
    if (this.#n === 0) return undefined
    const spread = this.#n * this.#stt - this.#st * this.#st
    if (this.#n < 3 || !(spread > 0)) return { left: this.#left, lastAt: this.#at, rate: 0 }
    const rate = (this.#n * this.#sty - this.#st * this.#sy) / spread
    const mean = this.#sy / this.#n
    return { left: mean + rate * (this.#at - this.#origin - this.#st / this.#n), lastAt: this.#at, rate }
  }
}
