/**
 * What a run is worth: figures out of its true offsets, and what they come to over several seeds. Its clock is looked at each
 * second, and where it breaks: a clock that is wrong between two seconds only has been wrong, too. While the guest does not
 * run nobody can read its clock: those seconds (NaN) count for nothing.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Break } from '#worlds/simulated/world.ts'
import type { Run } from './run.ts'

export interface Score {
  /**
   * The longest recovery: from the disruption, and from whatever happens after it, until the offset stays below this up to the next
   * event, or for good. Who is not back by then is waited for through the next one; infinite when the last is never recovered from.
   */
  readonly timeTo10ms: Seconds
  readonly timeTo1ms: Seconds
  /** The largest offset from the disruption on, with its sign. */
  readonly worst: Seconds
  /** How far the clock went beyond true time, to the other side of where the disruption had put it. */
  readonly overshoot: Seconds
  /** In the window. */
  readonly rms: Seconds
  readonly max: Seconds
  /** By whoever kept time, not by the world; from the disruption on. */
  readonly steps: number
  readonly backwardSteps: number
  readonly exited: boolean
  readonly packets: number
}

export interface Scoring {
  /** When something happens to the clock; 0: from the start. */
  readonly disruptedAt: Seconds
  /** When more happens, to the clock, or to the paths and the servers that it is kept by; in order: each is recovered from by itself. */
  readonly disruptedAgain?: readonly Seconds[]
  /** Where RMS and maximum are taken; all of the run when absent. */
  readonly window?: readonly [from: Seconds, to: Seconds]
  /**
   * True time itself jumps here, and a clock that goes with it does so when it is that time by itself: a breath sooner or later.
   * How it is right after this is what it is taken to be.
   */
  readonly blurred?: readonly [from: Seconds, to: Seconds]
}

export function scoreRun(run: Run, { disruptedAt, disruptedAgain = [], window, blurred }: Scoring): Score {
  const { steps } = run
  const offsets = blurred ? withoutBlur(run.offsets, blurred) : run.offsets
  const last = offsets.length - 1
  const [from, to] = window ? [window[0], Math.min(window[1], last)] : [0, last]
  const [earliest, latest] = blurred ?? [disruptedAt, disruptedAt]
  const stepsFrom = disruptedAt > earliest && disruptedAt <= latest ? earliest : disruptedAt
  const own = steps.filter(({ by, at }) => by === 'player' && at >= stepsFrom)
  const breaks = blurred ? run.breaks.filter(({ at }) => at < blurred[0] || at > blurred[1]) : run.breaks
  const after = Math.ceil(disruptedAt)
  const shown = shownAtBreaks(breaks, disruptedAt)
  const worst = extreme(offsets, after, last, shown)
  const inWindow = shownAtBreaks(breaks, from).filter(({ at }) => at <= to)
  const disruptions = [disruptedAt, ...disruptedAgain.filter(at => at <= last)]
  const stretches = stretchesOf(offsets, breaks, disruptions, blurred)
  const timeTo = (limit: Seconds): Seconds => longestRecovery(stretches, limit)
  return {
    timeTo10ms: timeTo(10e-3),
    timeTo1ms: timeTo(1e-3),
    worst,
    overshoot: overshoot(offsets, after, shown, worst),
    rms: rootMeanSquare({ offsets, breaks }, from, to),
    max: Math.abs(extreme(offsets, from, to, inWindow)),
    steps: own.length,
    backwardSteps: own.filter(({ size }) => size < 0).length,
    exited: run.exit !== undefined,
    packets: run.packetsSent,
  }
}

/** True time minus what a clock showed at some moment. */
interface Shown {
  readonly at: Seconds
  readonly offset: Seconds
}

const NEVER = Number.POSITIVE_INFINITY

/** From a moment on, in order: of a break at that moment only what came after it. */
function shownAtBreaks(breaks: readonly Break[], from: Seconds): Shown[] {
  return breaks
    .flatMap(({ at, before, after }) => [
      ...(at > from ? [{ at, offset: before }] : []),
      ...(at >= from ? [{ at, offset: after }] : []),
    ])
    .filter(({ offset }) => !Number.isNaN(offset))
}

/** From one disruption to the next. */
interface Stretch {
  readonly from: Seconds
  /** From the start of the run to the end of the stretch. */
  readonly offsets: Float64Array
  readonly shown: readonly Shown[]
  readonly isLast: boolean
}

function stretchesOf(
  offsets: Float64Array,
  breaks: readonly Break[],
  disruptions: readonly Seconds[],
  blurred: Scoring['blurred'],
): Stretch[] {
  // What is taken for the time of a jump is no part of what was before it.
  const endAt = (at: Seconds) => (blurred && at > blurred[0] && at <= blurred[1] ? blurred[0] : at)
  let next = 0
  return disruptions.map((from, i) => {
    const to = endAt(disruptions[i + 1] ?? NEVER)
    const first = next
    while (next < breaks.length && breaks[next]!.at < to) next++
    return {
      from,
      offsets: to === NEVER ? offsets : offsets.subarray(0, Math.ceil(to)),
      shown: shownAtBreaks(breaks.slice(first, next), from),
      isLast: to === NEVER,
    }
  })
}

function longestRecovery(stretches: readonly Stretch[], limit: Seconds): Seconds {
  let longest: Seconds = 0
  let wrongSince: Seconds | undefined
  for (const stretch of stretches) {
    const { from } = stretch
    const takes = timeUntilRight(stretch, limit)
    const since: Seconds = wrongSince ?? from
    wrongSince = takes === NEVER ? since : undefined
    if (takes !== NEVER) longest = Math.max(longest, from - since + takes)
  }
  return wrongSince === undefined ? longest : NEVER
}

/** From the disruption until the clock is seen right at a second or at a break, and never wrong again in this stretch. */
function timeUntilRight({ offsets, shown, from, isLast }: Stretch, limit: Seconds): Seconds {
  const start = Math.ceil(from)
  const isWrong = (offset: Seconds) => Math.abs(offset) >= limit
  const second = Math.max(start - 1, offsets.findLastIndex(isWrong))
  const wrong = shown.findLastIndex(({ offset }) => isWrong(offset))
  if (second < start && wrong < 0) {
    const waits = timeUntilBelow(offsets, limit, start)
    return waits === 0 ? 0 : waits + (start - from)
  }
  // A break at a full second comes before the look at it.
  const rest = Math.max(second + 1, Math.ceil(shown[wrong]?.at ?? 0))
  const right = offsets.findIndex((offset, i) => i >= rest && !Number.isNaN(offset))
  const shownRight = shown.find(({ at }, i) => i > wrong && at > second)
  const back = Math.min(right < 0 ? NEVER : right, shownRight?.at ?? NEVER)
  const byChance = isLast && offsets.length - start > MANY * HELD && offsets.length - back < HELD
  return byChance ? NEVER : back - from
}

/** A clock that is wrong now and then is right at the end of a long story by chance: so long it must have stayed so. */
const HELD: Seconds = 60
const MANY = 10

function withoutBlur(offsets: Float64Array, [from, to]: readonly [Seconds, Seconds]): Float64Array {
  const after = offsets[Math.floor(to) + 1]
  if (after === undefined) return offsets
  return offsets.slice().fill(after, Math.max(0, Math.ceil(from)), Math.floor(to) + 1)
}

/** Seconds after `from` until all that follows is smaller than `limit`; infinite when the last is not. */
export function timeUntilBelow(offsets: Float64Array, limit: Seconds, from = 0): Seconds {
  let last = offsets.length - 1
  while (last >= from && Number.isNaN(offsets[last]!)) last--
  let i = last
  while (i >= from && !(Math.abs(offsets[i]!) >= limit)) i--
  if (i === last) return Number.POSITIVE_INFINITY
  // A guest that does not run has not come back yet.
  do i++
  while (Number.isNaN(offsets[i]!))
  return i - from
}

/** Over the time in which the guest ran: a second counts as its end shows, and where the clock breaks in it, piece by piece. */
export function rootMeanSquare(
  { offsets, breaks }: Pick<Run, 'offsets' | 'breaks'>,
  from: number,
  to: number,
): Seconds {
  let squares = 0
  let time: Seconds = 0
  const add = (offset: Seconds, lasted: Seconds): void => {
    if (Number.isNaN(offset)) return
    squares += lasted * offset ** 2
    time += lasted
  }
  let next = breaks.findIndex(({ at }) => at > from)
  for (let i = from; i <= to; i++) {
    let since: Seconds = i - 1
    for (; next >= 0 && next < breaks.length && breaks[next]!.at <= i; next++) {
      const { at, before } = breaks[next]!
      add(before, at - since)
      since = at
    }
    add(offsets[i]!, i - since)
  }
  return Math.sqrt(squares / time)
}

/** The offset farthest from zero, with its sign. */
function extreme(offsets: Float64Array, from: number, to: number, shown: readonly Shown[]): Seconds {
  let worst = 0
  for (let i = from; i <= to; i++) if (Math.abs(offsets[i]!) > Math.abs(worst)) worst = offsets[i]!
  for (const { offset } of shown) if (Math.abs(offset) > Math.abs(worst)) worst = offset
  return worst
}

/** A clock that was right at first was put to no side: the lesser one counts. */
const ASIDE: Seconds = 1e-3

function overshoot(offsets: Float64Array, from: number, shown: readonly Shown[], worst: Seconds): Seconds {
  const put = shown[0] && shown[0].at <= from ? shown[0].offset : firstOf(offsets, from)
  const side = Math.sign(Math.abs(put) >= ASIDE ? put : worst)
  let most = 0
  for (let i = from; i < offsets.length; i++) if (-side * offsets[i]! > most) most = -side * offsets[i]!
  for (const { offset } of shown) if (-side * offset > most) most = -side * offset
  return most
}

function firstOf(offsets: Float64Array, from: number): Seconds {
  let i = from
  while (Number.isNaN(offsets[i]!)) i++
  return offsets[i] ?? 0
}
