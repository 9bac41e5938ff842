/**
 * Our own timer came much later than asked, while the hypervisor says that it gave the processor to others (steal time): a
 * hint that this machine did not run for a while. No proof, and no length: a busy host looks the same.
 */
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'

/** A timer that is late by less is an ordinary one on a busy machine. */
const LATE: Seconds = 1
/** So much of the lateness must have been stolen. */
const PART = 0.5
/** Of a host that steals all the time there is one hint in this time. */
const QUIET: Seconds = 300
const BASELINE: Seconds = 10

export class StealWitness {
  readonly #read: () => Seconds | undefined
  #before: { readonly at: Seconds; readonly stolen: Seconds | undefined } | undefined
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(read: () => Seconds | undefined) {
    this.#read = read
  }

  /** A timer that was asked for `late` earlier came at `now`, both in seconds from some beginning. */
  woke(now: Seconds, late: Seconds): DisruptionSign | undefined {
    const before = this.#before
    if (late < LATE && before && now - before.at < BASELINE) return undefined
    const stolen = this.#read()
    this.#before = { at: now, stolen }
    if (late < LATE || stolen === undefined || before?.stolen === undefined) return undefined
    if (stolen - before.stolen < PART * late || now - this.#toldAt < QUIET) return undefined
    this.#toldAt = now
    const text = `a timer came ${duration(late)} late, while the host was busy with others for ${duration(stolen - before.stolen)}`
    return { kind: 'hint', witness: 'steal', text }
  }
}

/** USER_HZ on every architecture that we run on. */
const HZ = 100

/** The eighth number of the first line of /proc/stat, of all CPUs together. */
export function stolenTime(stat: string): Seconds | undefined {
  const numbers = /^cpu\s+(.*)/.exec(stat)?.[1]?.trim().split(/\s+/)
  const ticks = Number(numbers?.[7])
  return Number.isFinite(ticks) ? ticks / HZ : undefined
}
