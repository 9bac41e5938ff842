/**
 * What happened to the guest of a recording: what the analysis of its logs finds of its clock, as what would do the same to the
 * clock of a story. A machine that stood is behind by as much; a clock that somebody set is ahead, or behind where the pace of the
 * polls or the daemon's word tells that the machine did not stand.
 */
import type { Disturbance, Disturbances } from '#analysis/log/disturbances/disturbance.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { behind, type Moment } from './moments.ts'
import type { Observed } from './story.ts'

/** What moved it by less is as well a queue, or the daemon. */
const LEAST: Seconds = 0.02
/** Of its size: what is known worse is said to be. */
const ROUGH = 0.1

interface Happened {
  /** True time, from the beginning of the story. */
  readonly at: Seconds
  /** Positive: the clock lost so much. */
  readonly size: Seconds
  readonly uncertainty: Seconds
  readonly stood: boolean
}

/** What the logs of one daemon show. */
export interface Analysed {
  readonly daemon: Daemon
  readonly found: Disturbances
  /** What it corrected is known. */
  readonly told: boolean
}

/** `origin`: when the story begins, by the times of the logs. The exchanges, in true time from there on, say best when it was. */
export function happenedIn(
  { daemon, found, told }: Analysed,
  origin: Seconds,
  moments: readonly Moment[],
): Happened[] {
  const mayBeItsOwn = daemon === 'ntpd' || !told
  const clock = found.clock.filter(each => !(mayBeItsOwn && isBackToTime(each))).map(happened)
  // Of a sleep with a clock that was set when it ended, what it was off by then.
  const slept = found.sleeps.map(({ from, to, left = 0 }) => ({
    from,
    to,
    size: left,
    uncertainty: 0,
    stood: left > 0,
  }))
  return [...clock, ...slept]
    .filter(({ size }) => Math.abs(size) >= LEAST)
    .map(({ from, to, ...each }) => {
      const window = narrowed({ ...each, from: from - origin, to: to - origin }, moments)
      return { ...each, at: (window.from + window.to) / 2 }
    })
}

type Window = Pick<Disturbance, 'from' | 'to'>

/** To the time between two exchanges, of whichever sources, of which the second shows most of it and the first nothing. */
function narrowed(
  { from, to, size, stood }: Window & Pick<Happened, 'size' | 'stood'>,
  moments: readonly Moment[],
): Window {
  const gone = stood ? size : 0
  const i = moments.findIndex((after, i) => {
    const before = moments[i - 1]
    if (!before || after.at <= from || before.at >= to + gone) return false
    return Math.abs(behind(after) - behind(before) - size) < Math.abs(size) / 2
  })
  if (i < 0) return { from, to }
  const [first, last] = [Math.max(from, moments[i - 1]!.at), Math.min(to, moments[i]!.at - gone)]
  return first <= last ? { from: first, to: last } : { from, to }
}

/** As the daemon would have put it right: what it did is not told in all logs. */
const isBackToTime = ({ before, size }: Disturbance): boolean => Math.abs(before + size) < Math.abs(before)

const happened = ({ from, to, size, uncertainty, moved }: Disturbance): Omit<Happened, 'at'> & Window => ({
  from,
  to,
  size,
  uncertainty,
  stood: size > 0 && moved !== 'wall clock',
})

export const pausesOf = (all: readonly Happened[]): Observed['pauses'] =>
  all.filter(({ stood }) => stood).map(({ at, size }) => ({ at, length: size }))

export const stepsOf = (all: readonly Happened[]): Observed['steps'] =>
  all.filter(({ stood }) => !stood).map(({ at, size }) => ({ at, by: -size }))

export const sayRough = (all: readonly Happened[]): string[] =>
  all
    .filter(({ size, uncertainty }) => uncertainty > ROUGH * Math.abs(size))
    .map(({ at, size, uncertainty, stood }) =>
      stood
        ? `the pause of ${duration(size)} after ${duration(at)} may have been longer or shorter by ${duration(uncertainty)}: more the log does not tell`
        : `somebody set the clock by ${signed(-size)} after ${duration(at)}: by how much is known to ${duration(uncertainty)} only`,
    )
