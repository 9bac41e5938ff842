/**
 * Which sources chronyd believes, which one it follows, and what all of them together say (facts: sources.c of chrony 4.3;
 * messages as 4.8 words them). Not modelled: orphans, authentication.
 */
import { announcedByMost, type Leap } from '#core/time/leap.ts'
import type { Seconds } from '#core/time/units.ts'
import type { ChronySettings } from '#dialects/chrony/settings.ts'
import { blankTracking, type Tracking } from './samples.ts'
import type { Source, SourceStatus } from './source.ts'

const SCORE_LIMIT = 10
/** So many updates a source that was too distant is not combined. */
const DISTANT_PENALTY = 32
const REACH_BITS = 8
/** So many selections in a row a source must be bad before it is said. */
const BAD_ENOUGH = 4

/** What the reference is to be brought to. */
export interface Combined {
  readonly source: Source
  readonly tracking: Tracking
  readonly survivors: number
  readonly leap: Leap
}

export interface SelectionNews {
  tell(name: string, text: string): void
  changed(source: Source): void
  lostMajority(): void
}

interface Endpoint {
  readonly source: Source
  readonly at: Seconds
  readonly low: boolean
}

export class Selection {
  readonly sources: Source[] = []
  selected: Source | undefined
  readonly #settings: ChronySettings
  readonly #news: SelectionNews
  /** What the sources say together; written anew each time. */
  readonly #together = blankTracking()
  /** Some sources are trusted more than others, or required. */
  #trusting = false

  constructor(settings: ChronySettings, news: SelectionNews) {
    this.#settings = settings
    this.#news = news
  }

  add(source: Source): void {
    this.sources.push(source)
    if (source.config.trust || source.config.require) this.#trusting = true
  }

  /** At cooked time `now`; `updated` has a new sample. Undefined: the reference stays as it is. */
  select(now: Seconds, updated?: Source): Combined | undefined {
    if (updated) updated.updates++
    const selectable = this.#findSelectable(now)
    if (selectable === 'wait') return undefined
    if (selectable.length === 0) {
      const unreachable = this.sources.filter(({ reach }) => reach === 0).length
      this.#unselect(
        'no-selectable-sources',
        `Can't synchronise: no selectable sources (${unreachable} unreachable sources)`,
      )
      return undefined
    }
    const agreeing = this.#findAgreeing(selectable)
    if (!agreeing) return undefined
    const candidates = this.#preferred(agreeing)
    if (!this.#follow(candidates, updated)) return undefined
    return this.#combine(candidates)
  }

  /** The sources whose own word can be used, or `wait` when more of them will have one soon. */
  #findSelectable(now: Seconds): readonly Source[] | 'wait' {
    let selectable = 0
    let unreachable = 0
    let withoutStats = 0
    let reachWithout = 0
    let reachWith = 0
    let sizeWith = 0
    let oldest: Seconds = 0
    for (const source of this.sources) {
      source.votes = false
      const status = this.#judge(source, now)
      if (status === 'bad-stats') {
        withoutStats++
        reachWithout = Math.max(reachWithout, source.reach)
      }
      if (status !== 'ok') {
        this.#mark(source, status)
        continue
      }
      source.status = 'ok'
      selectable++
      if (source.reach === 0) unreachable++
      else oldest = Math.max(oldest, source.interval!.firstAgo)
      reachWith = Math.max(reachWith, source.reach)
      sizeWith = Math.max(sizeWith, source.reachSize)
    }
    // The usual case is all of them.
    const found =
      selectable === this.sources.length ? this.sources : this.sources.filter(({ status }) => status === 'ok')
    const fresh = unreachable === 0 ? found : found.filter(source => !this.#isStale(source, oldest))
    if (
      withoutStats > 0 &&
      fresh.length > 0 &&
      !this.selected &&
      sizeWith < REACH_BITS &&
      reachWith >> 1 === reachWithout
    ) {
      for (const source of fresh) this.#set(source, 'waits-stats')
      return 'wait'
    }
    return fresh
  }

  /** An unreachable source still counts while its newest sample is not older than the oldest of the reachable ones. */
  #isStale(source: Source, oldest: Seconds): boolean {
    const { reach, interval, missedInRow, config } = source
    const stale = reach === 0 && (oldest < interval!.lastAgo || missedInRow > config.maxunreach)
    if (stale) this.#mark(source, 'stale')
    return stale
  }

  #judge(source: Source, now: Seconds): SourceStatus {
    const { maxdistance, maxjitter, maxclockerror, minstratum, maxstratum } = this.#settings
    if (source.config.noselect) return 'noselect'
    if (source.leap === 'unknown') return 'unsynchronised'
    const interval = source.samples.interval(now)
    source.interval = interval
    if (!interval) return 'bad-stats'
    if (source.stratum < minstratum || source.stratum > maxstratum) return 'bad-stratum'
    const { firstAgo, lastAgo } = interval
    const extra = firstAgo < 2 * lastAgo ? maxclockerror * (2 * lastAgo - firstAgo) : 0
    source.rootDistance = interval.rootDistance + extra
    source.low = interval.low - extra
    source.high = interval.high + extra
    if (!(source.rootDistance <= maxdistance && source.low <= source.high)) return 'bad-distance'
    return interval.deviation > maxjitter ? 'jittery' : 'ok'
  }

  /** The sources in or around the interval where most of them meet; trusted ones go first. */
  #findAgreeing(selectable: readonly Source[]): readonly Source[] | undefined {
    if (this.#trusting || selectable.length < this.#settings.minsources || !meetAll(selectable))
      return this.#sortOut(selectable)
    for (const source of selectable) source.votes = true
    return selectable
  }

  #sortOut(selectable: readonly Source[]): readonly Source[] | undefined {
    const best = mostAgreed(selectable)
    const trusted = selectable.filter(({ config }) => config.trust).length
    if (best.trustDepth === 0 ? 2 * best.depth <= selectable.length : 2 * best.trustDepth <= trusted) {
      if (this.selected) {
        this.#unselect(
          'no-majority',
          `Can't synchronise: no majority (no agreement among ${selectable.length} sources)`,
        )
        this.#news.lostMajority()
      }
      for (const source of selectable) this.#set(source, 'falseticker')
      return undefined
    }
    let required = this.sources.some(({ config }) => config.require)
    const agreeing = selectable.filter(source => {
      const { low, high, config } = source
      const around = low <= best.low && high >= best.high
      const inside = low >= best.low && high <= best.high
      if (!around && !inside) {
        this.#mark(source, 'falseticker')
        return false
      }
      if (best.trustDepth > 0 && !config.trust && !(low >= best.trustLow && high <= best.trustHigh)) {
        this.#mark(source, 'untrusted')
        return false
      }
      if (config.require) required = false
      return true
    })
    if (agreeing.length === 0 || required || agreeing.length < this.#settings.minsources) {
      const few = agreeing.length === 0 ? 'no' : required ? 'no required source in' : 'not enough'
      this.#unselect('not-enough-sources', `Can't synchronise: ${few} selectable sources`)
      for (const source of agreeing) this.#set(source, 'waits-sources')
      return undefined
    }
    for (const source of agreeing) source.votes = best.trustDepth === 0 || source.config.trust
    return agreeing
  }

  #preferred(agreeing: readonly Source[]): readonly Source[] {
    if (!agreeing.some(({ config }) => config.prefer)) return agreeing
    return agreeing.filter(source => {
      if (!source.config.prefer) this.#mark(source, 'nonpreferred')
      return source.config.prefer
    })
  }

  /** Keeps the scores and finds whom to follow; true when that source has something new to say. */
  #follow(candidates: readonly Source[], updated: Source | undefined): boolean {
    const { stratumweight, reselectdist } = this.#settings
    let leastStratum = Number.POSITIVE_INFINITY
    for (const { stratum } of candidates) leastStratum = Math.min(leastStratum, stratum)
    const selectedDistance = this.selected ? distanceOf(this.selected, leastStratum, stratumweight) : 0
    let best: Source | undefined
    for (const source of this.sources) {
      if (source.status !== 'ok') {
        source.score = 1
        source.distant = DISTANT_PENALTY
        continue
      }
      const distance = distanceOf(source, leastStratum, stratumweight) + reselectdist
      if (!this.selected) source.score = 1 / distance
      else if (source === updated || this.selected === updated)
        source.score = Math.max(1, (source.score * selectedDistance) / distance)
      if (!best || best.score < source.score) best = source
    }
    if (this.selected?.status !== 'ok' || (best !== this.selected && best!.score > SCORE_LIMIT)) {
      if (best!.updates === 0) {
        this.selected = undefined
        for (const source of candidates) this.#set(source, 'waits-update')
        return false
      }
      this.selected = best!
      for (const source of this.sources) {
        source.score = 1
        source.distant = 0
        source.reported.clear()
      }
    }
    const selected = this.selected!
    this.#mark(selected, 'selected')
    if (selected.updates > 0) return true
    for (const source of candidates)
      if (source.status === 'ok') this.#mark(source, source.distant > 0 ? 'distant' : 'unselected')
    return false
  }

  /** Offsets weigh by root distance, frequencies by how well they are known; only near sources count. */
  #combine(candidates: readonly Source[]): Combined {
    const selected = this.selected!
    for (const source of this.sources) source.updates = 0
    const leap = this.#announced()
    const own = selected.samples.tracking()
    if (candidates.length === 1) return { source: selected, tracking: own, survivors: 1, leap }
    const { reselectdist, combinelimit, maxclockerror } = this.#settings
    const farthest = combinelimit * (selected.rootDistance + reselectdist)
    let weights = 0
    let offset = 0
    let squares = 0
    let precisions = 0
    let frequency = 0
    let skews = 0
    let survivors = 0
    for (const source of candidates) {
      const said = source === selected ? own : source.samples.tracking()
      if (
        source !== selected &&
        (source.rootDistance > farthest ||
          Math.abs(own.frequency - said.frequency) > combinelimit * (own.skew + said.skew + maxclockerror))
      )
        source.distant = source.reachSize >= REACH_BITS ? DISTANT_PENALTY : 1
      else if (source.distant > 0) source.distant--
      if (source.distant > 0) {
        this.#mark(source, 'distant')
        continue
      }
      if (source.status === 'ok') this.#mark(source, 'unselected')
      const elapsed = own.at - said.at
      const saidOffset = said.offset + elapsed * said.frequency
      const saidSd = said.offsetSd + elapsed * said.frequencySd
      const weight = 1 / source.rootDistance
      const precision = 1 / (said.frequencySd * said.frequencySd)
      weights += weight
      offset += weight * saidOffset
      squares += weight * (saidSd ** 2 + (saidOffset - own.offset) ** 2)
      precisions += precision
      frequency += precision * said.frequency
      skews += 1 / (said.skew * said.skew)
      survivors++
    }
    const tracking = this.#together
    tracking.at = own.at
    tracking.offset = offset / weights
    tracking.offsetSd = Math.sqrt(squares / weights)
    tracking.frequency = frequency / precisions
    tracking.frequencySd = 1 / Math.sqrt(precisions)
    tracking.skew = 1 / Math.sqrt(skews)
    tracking.rootDelay = own.rootDelay
    tracking.rootDispersion = own.rootDispersion
    return { source: selected, tracking, survivors, leap }
  }

  #announced(): Leap {
    // Most of the time nobody announces anything.
    if (this.sources.every(({ leap }) => leap === 'none')) return 'none'
    return announcedByMost(this.sources.filter(({ votes }) => votes).map(each => each.leap)) ?? 'none'
  }

  #unselect(name: string, text: string): void {
    if (this.selected) this.#news.tell(name, text)
    this.selected = undefined
  }

  #set(source: Source, status: SourceStatus): void {
    source.status = status
    source.bad =
      status === 'bad-distance' || status === 'jittery' || status === 'bad-stratum' ? source.bad + 1 : 0
    if (source.shown === status) return
    source.shown = status
    this.#news.changed(source)
  }

  #mark(source: Source, status: SourceStatus): void {
    const isNews = source.shown !== status
    this.#set(source, status)
    if ((!isNews && source.bad !== BAD_ENOUGH) || source.reported.has(status)) return
    const text = this.#messageOf(source, status)
    if (text === undefined) return
    source.reported.add(status)
    this.#news.tell(MESSAGES.get(status)!, text)
  }

  #messageOf({ bad, endpoint }: Source, status: SourceStatus): string | undefined {
    const { maxdistance, maxjitter } = this.#settings
    const { address } = endpoint
    switch (status) {
      case 'selected':
        return `Selected source ${address}`
      case 'falseticker':
        return `Detected falseticker ${address}`
      case 'jittery':
        return bad < BAD_ENOUGH
          ? undefined
          : `Jitter of ${address} exceeds maxjitter of ${maxjitter.toFixed(3)} seconds`
      case 'bad-distance':
        return bad < BAD_ENOUGH
          ? undefined
          : `Root distance of ${address} exceeds maxdistance of ${maxdistance.toFixed(3)} seconds`
      default:
        return undefined
    }
  }
}

const distanceOf = (source: Source, leastStratum: number, stratumweight: Seconds): Seconds =>
  source.rootDistance + (source.stratum - leastStratum) * stratumweight

/** The usual case: all intervals have a part in common. */
function meetAll(sources: readonly Source[]): boolean {
  let low = Number.NEGATIVE_INFINITY
  let high = Number.POSITIVE_INFINITY
  for (const source of sources) {
    if (source.low > low) low = source.low
    if (source.high < high) high = source.high
  }
  return low <= high
}

const MESSAGES = new Map<SourceStatus, string>([
  ['selected', 'selected-source'],
  ['falseticker', 'falseticker'],
  ['jittery', 'jitter-exceeds-maxjitter'],
  ['bad-distance', 'distance-exceeds-maxdistance'],
])

function mostAgreed(sources: readonly Source[]): {
  low: Seconds
  high: Seconds
  depth: number
  trustLow: Seconds
  trustHigh: Seconds
  trustDepth: number
} {
  const best = { low: 0, high: 0, depth: 0, trustLow: 0, trustHigh: 0, trustDepth: 0 }
  let depth = 0
  let trustDepth = 0
  for (const { source, at, low } of endpointsOf(sources)) {
    const trusted = source.config.trust ? 1 : 0
    if (low) {
      depth++
      trustDepth += trusted
      if (trustDepth > best.trustDepth || (trustDepth === best.trustDepth && depth > best.depth)) {
        if (trustDepth > best.trustDepth) {
          best.trustDepth = trustDepth
          best.trustLow = at
        }
        best.depth = depth
        best.low = at
      }
    } else {
      if (trustDepth === best.trustDepth) {
        if (depth === best.depth) best.high = at
        best.trustHigh = at
      }
      trustDepth -= trusted
      depth--
    }
  }
  return best
}

/** Both ends of all intervals in order; of ends in the same place the lower ones come first. */
function endpointsOf(sources: readonly Source[]): Endpoint[] {
  const ends: Endpoint[] = []
  for (const source of sources)
    ends.push({ source, at: source.low, low: true }, { source, at: source.high, low: false })
  return ends.sort((a, b) => a.at - b.at || Number(b.low) - Number(a.low))
}
