/**
 * Who sets the clock (clock_select of ntp_proto.c): the fit ones whose intervals meet are truechimers; of these the outliers
 * are voted off; one of the survivors becomes the system peer, and the clock is set by all of them, weighted by root distance.
 *
 * Jitter counts in the root distance, and who is further than 1.5 s is not fit at all. That is why an ntpd whose guest was
 * paused for more than about 1.5 s first ignores its servers until the old samples have left their filters.
 */
import type { Seconds } from '#core/time/units.ts'
import type { NtpdSettings } from '#dialects/ntpd/settings.ts'
import { type Association, interval, UNSPECIFIED_STRATUM } from './association.ts'
import type { Conduct } from './conduct.ts'

export interface SelectRules {
  readonly settings: NtpdSettings
  readonly conduct: Conduct
  readonly precision: Seconds
}

/** What the selection remembers from one time to the next. */
export interface Incumbent {
  peer: Association | undefined
  /** How much nearer another server must be to become the system peer; it halves each time. */
  hop: Seconds
  /** Until then the local clock must not be used. */
  orphanUntil: number
}

export interface Selected {
  readonly peer: Association
  readonly offset: Seconds
  readonly jitter: Seconds
  readonly survivors: readonly Association[]
}

interface Candidate {
  readonly peer: Association
  readonly distance: Seconds
  readonly jitter: Seconds
  /** What the clustering holds against it, together with its selection jitter. */
  metric: number
  selectionJitter: Seconds
}

export function rootDistance(peer: Association, now: number, rules: SelectRules): Seconds {
  const { settings, conduct, precision } = rules
  const own = conduct.distanceCounts === 'dispersion' ? peer.dispersion : peer.resolution + precision
  const distance =
    (peer.delay + peer.rootDelay) / 2 +
    own +
    peer.rootDispersion +
    settings.dispersion * (now - peer.update) +
    peer.jitter
  return Math.max(distance, settings.mindist)
}

/** May it set the clock? (peer_unfit) */
export function isFit(peer: Association, now: number, rules: SelectRules): boolean {
  const { floor, ceiling } = rules.settings
  if (peer.leap === 'unknown' || peer.stratum < floor || peer.stratum >= ceiling) return false
  if (peer.reach === 0 || peer.config.noselect) return false
  if (peer.config.kind === 'local') return true
  if (rules.conduct.dispersionGate && peer.dispersion >= limitFor(peer, rules)) return false
  return isNear(peer, now, rules)
}

/** The last of these questions alone: is its root distance below the limit? */
export const isNear = (peer: Association, now: number, rules: SelectRules): boolean =>
  rootDistance(peer, now, rules) < limitFor(peer, rules)

const limitFor = ({ hostPoll }: Association, { settings: { maxdist, dispersion } }: SelectRules): Seconds =>
  maxdist + dispersion * interval(hostPoll)

export function select(
  peers: readonly Association[],
  incumbent: Incumbent,
  now: number,
  rules: SelectRules,
): Selected | undefined {
  const { settings, conduct, precision } = rules
  const candidates: Candidate[] = []
  let local: Association | undefined
  for (const peer of peers) {
    if (!isFit(peer, now, rules)) continue
    if (peer.config.kind === 'local' && !peer.config.prefer) {
      if (now > incumbent.orphanUntil || settings.orphanwait === 0) local ??= peer
    } else if (peer.stratum < settings.orphan) {
      candidates.push(candidateOf(peer, rootDistance(peer, now, rules)))
    }
  }
  let survivors = truechimers(candidates, conduct.selection)
  if (survivors.length === 0) {
    if (!local) return undefined
    survivors = [{ ...candidateOf(local, settings.mindist), jitter: 0 }]
  }
  const spread =
    conduct.selection === 'intervals'
      ? clusterByJitter(survivors, settings, precision)
      : clusterByStratum(survivors, now, rules)
  if (survivors.length < settings.minsane) return undefined
  const first = conduct.selection === 'intervals' ? leastMetric(survivors, settings.mindist) : survivors[0]!
  const preferred = preferredOf(survivors, conduct.selection)
  const chosen = stay(incumbent, first.peer, settings.mindist)
  const all = survivors.map(each => each.peer)
  if (preferred) {
    incumbent.hop = 0
    return { peer: preferred, offset: preferred.offset, jitter: preferred.jitter, survivors: all }
  }
  const { offset, jitter } = combine(survivors, first.peer.offset, spread ?? first.selectionJitter)
  return { peer: chosen, offset, jitter, survivors: all }
}

/** The last in the order of each: that of 4.2.8 begins with what was configured last, that of 4.2.6 with the best. */
function preferredOf(
  survivors: readonly Candidate[],
  selection: Conduct['selection'],
): Association | undefined {
  const preferred = survivors.filter(({ peer }) => peer.config.prefer)
  return preferred.at(selection === 'intervals' ? 0 : -1)?.peer
}

const candidateOf = (peer: Association, distance: Seconds): Candidate => ({
  peer,
  distance,
  jitter: peer.jitter,
  metric: distance,
  selectionJitter: 0,
})

/** Those whose time most of the others can agree with. */
function truechimers(candidates: Candidate[], selection: Conduct['selection']): Candidate[] {
  const meeting = intersect(candidates, selection)
  return candidates.filter(({ peer, distance }) => {
    if (peer.config.true) return true
    if (selection === 'midpoints')
      return (
        candidates.length === 1 ||
        (meeting !== undefined && peer.offset > meeting.low && peer.offset < meeting.high)
      )
    return (
      meeting !== undefined && peer.offset + distance >= meeting.low && peer.offset - distance <= meeting.high
    )
  })
}

/**
 * The interval in which all but a minority of the intervals meet, the minority being as small as can be. Through 4.2.6 the one
 * that was tried last counts also where more midpoints than that lie outside: whose midpoint lies in it is believed.
 */
function intersect(
  candidates: readonly Candidate[],
  selection: Conduct['selection'],
): { low: Seconds; high: Seconds } | undefined {
  const count = candidates.length
  if (count === 0) return undefined
  const lows = sorted(candidates, -1)
  const highs = sorted(candidates, 1)
  let tried: { low: Seconds; high: Seconds } | undefined
  for (let allow = 0; 2 * allow < count; allow++) {
    const low = goingUp(lows, highs, count - allow)
    const high = goingDown(lows, highs, count - allow)
    tried = { low, high }
    if (selection === 'midpoints') {
      let outside = 0
      for (const { peer } of candidates) if (peer.offset < low || peer.offset > high) outside++
      if (outside > allow) continue
    }
    if (high > low) return tried
  }
  return selection === 'midpoints' ? tried : undefined
}

/** The lower or the upper ends of the intervals, in order. There are few. */
function sorted(candidates: readonly Candidate[], side: 1 | -1): Seconds[] {
  const ends: Seconds[] = []
  for (const { peer, distance } of candidates) {
    const end = peer.offset + side * distance
    let i = ends.push(end) - 1
    for (; i > 0 && ends[i - 1]! > end; i--) ends[i] = ends[i - 1]!
    ends[i] = end
  }
  return ends
}

/** The lower end at which `wanted` intervals are open at once; the last end of all when that never happens. */
function goingUp(lows: readonly Seconds[], highs: readonly Seconds[], wanted: number): Seconds {
  let closed = 0
  for (let i = 0; i < lows.length; i++) {
    const at = lows[i]!
    while (highs[closed]! < at) closed++
    if (i + 1 - closed >= wanted) return at
  }
  return highs.at(-1)!
}

/** The same from above. */
function goingDown(lows: readonly Seconds[], highs: readonly Seconds[], wanted: number): Seconds {
  const last = highs.length - 1
  let closed = 0
  for (let i = 0; i <= last; i++) {
    const at = highs[last - i]!
    while (lows[last - closed]! > at) closed++
    if (i + 1 - closed >= wanted) return at
  }
  return lows[0]!
}

/** From 4.2.8 on: out goes the worst by selection jitter times distance, while that jitter is above the least peer jitter. */
function clusterByJitter(survivors: Candidate[], settings: NtpdSettings, precision: Seconds): undefined {
  for (;;) {
    const worst = worstOf(survivors)
    if (survivors.length <= Math.max(1, settings.minclock)) return
    const least = Math.min(...survivors.map(each => each.jitter))
    if (Math.max(worst.selectionJitter, precision) <= least) return
    if (worst.peer.config.true || worst.peer.config.prefer) return
    survivors.splice(survivors.indexOf(worst), 1)
  }
}

/** Through 4.2.6: the same with stratum in the metric; answers the selection jitter that it stopped at. */
function clusterByStratum(survivors: Candidate[], now: number, rules: SelectRules): Seconds {
  const { settings, precision } = rules
  for (const each of survivors) {
    const ahead = settings.dispersion * (each.peer.nextDate - now)
    each.metric = (each.distance + ahead) / settings.maxdist + each.peer.stratum
  }
  survivors.sort((a, b) => a.metric - b.metric)
  for (;;) {
    const worst = worstOf(survivors)
    if (survivors.length <= Math.max(settings.minsane, settings.minclock)) return 0
    const least = Math.min(...survivors.map(each => each.jitter))
    const last = Math.max(survivors.at(-1)!.selectionJitter, precision)
    if (last <= least || worst.peer.config.true || worst.peer.config.prefer) return last
    survivors.splice(survivors.indexOf(worst), 1)
  }
}

/** How far the others are from each; the one with the most to be held against it. */
function worstOf(survivors: readonly Candidate[]): Candidate {
  let worst = survivors[0]!
  for (const one of survivors) {
    let squares = 0
    for (const other of survivors) squares += (other.peer.offset - one.peer.offset) ** 2
    one.selectionJitter = survivors.length > 1 ? Math.sqrt(squares / (survivors.length - 1)) : 0
    if (one.selectionJitter * one.metric > worst.selectionJitter * worst.metric) worst = one
  }
  return worst
}

function leastMetric(survivors: readonly Candidate[], perStratum: Seconds): Candidate {
  const metric = (one: Candidate) => one.selectionJitter * one.distance + one.peer.stratum * perStratum
  return survivors.reduce((best, one) => (metric(one) < metric(best) ? one : best))
}

/** The anti-clockhop: the present system peer stays while the other is hardly different. */
function stay(incumbent: Incumbent, first: Association, mindist: Seconds): Association {
  const present = incumbent.peer
  if (present === undefined || present === first) {
    incumbent.hop = 0
    return first
  }
  const apart = Math.abs(first.offset - present.offset)
  if (apart >= mindist) {
    incumbent.hop = 0
    return first
  }
  incumbent.hop = incumbent.hop === 0 ? mindist : incumbent.hop / 2
  if (apart < incumbent.hop) return present
  incumbent.hop = 0
  return first
}

function combine(
  survivors: readonly Candidate[],
  around: Seconds,
  spread: Seconds,
): { offset: Seconds; jitter: Seconds } {
  let weights = 0
  let offsets = 0
  let squares = 0
  for (const { peer, distance } of survivors) {
    const weight = 1 / distance
    weights += weight
    offsets += weight * peer.offset
    squares += weight * (peer.offset - around) ** 2
  }
  return { offset: offsets / weights, jitter: Math.sqrt(squares / weights + spread ** 2) }
}

/** The stratum of whoever follows this server. */
export const stratumBelow = (peer: Association): number => Math.min(peer.stratum + 1, UNSPECIFIED_STRATUM)
