/**
 * Several witnesses of one event: who says the same, who says more, who contradicts?
 *
 * Each report says between which two readings of the counter something happened. Reports whose spans overlap are about
 * the same event; it happened where all their spans overlap. A witness that speaks twice of one stretch of the counter
 * has looked more closely; of one stretch after another it saw two parts, which add up. Of different witnesses each saw
 * all of it, so the loss lies where their intervals meet; where they do not meet, one of them is wrong, and anything
 * between is possible.
 *
 * What comes out is the *difference* to what was told before, so nothing is corrected twice. Once fresh samples have
 * spoken, a late report that agrees with them changes nothing; one that contradicts them may be about another pause
 * right after, and makes everything between possible until the next samples.
 */
import type { Interval } from '#core/discipline/select.ts'
import { earliest, latest, type Monotonic, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { DisruptedSign, PausedSign, Span } from './disruption.ts'

/** How much true time ran on unseen: most likely `lost`, and not further away from that than `uncertainty`. */
export interface Loss {
  readonly lost: Seconds
  readonly uncertainty: Seconds
}

export interface Disruption {
  readonly what: DisruptedSign['kind']
  readonly during: Span
  /** In the order in which they spoke. */
  readonly witnesses: readonly string[]
  /** As the witnesses say, if they are right. */
  readonly loss: Loss | undefined
}

/** What is to be done to what was known before it. */
export type Correction =
  /** `uncertainty` is what is added to the bound; negative when a closer look takes some of it back. */
  | {
      readonly kind: 'shift'
      readonly from: Monotonic
      readonly lost: Seconds
      readonly uncertainty: Seconds
      /** It may be on another host now, which counts at another rate; told once. */
      readonly moved: boolean
    }
  /** The offset may be anything. */
  | { readonly kind: 'void' }

export interface Finding {
  readonly disruption: Disruption
  readonly correction: Correction | undefined
  /** An event of which nothing was told before, or one that had been settled and is open again. */
  readonly opens: boolean
  /** What was told of the same event before; undefined when it is a new one. */
  readonly before: Disruption | undefined
}

interface Sum extends Interval {
  readonly guess: Seconds
  /** How well the witness measured, if it was not the witness that jumped. */
  readonly precision: Seconds
}

interface Claim extends Sum {
  readonly during: Span
  /** It may be on another host, as far as this witness can tell. */
  readonly moved: boolean
}

interface Event {
  what: DisruptedSign['kind']
  /** All that the reports reach over; `during` is where they meet. */
  reach: Span
  during: Span
  readonly witnesses: string[]
  readonly claims: Map<string, Claim[]>
  /** How far the reports of each witness reach. */
  readonly spoke: Map<string, Monotonic>
  /** What is corrected for; `anything` when the offset was given up. */
  applied: Loss | 'anything' | undefined
  /** When it was told, or told again: what was measured later knows of it. */
  noticed: Monotonic
  /** The rate is not relied on any more. */
  loose: boolean
  /** It was told that this may be another host. */
  moved: boolean
  settled: boolean
}

/** Reports of one event come within seconds; who looks rarely comes within minutes. */
const MEMORY: Seconds = 600
/** A loss that differs from what was told by no more than this is no news. */
const NEWS: Seconds = 1e-3

export class Witnesses {
  #events: Event[] = []

  /** Something is noticed at `now`. */
  take(sign: DisruptedSign, now: Monotonic): Finding {
    const during = sign.during ?? { from: now, to: now }
    this.#events = this.#events.filter(({ reach }) => since(now, reach.to) < MEMORY)
    const known = this.#events.filter(event => overlap(event.reach, during) && !isOver(event, sign, during))
    const event = known.length > 0 ? this.#merge(known) : this.#begin(during, now)
    const before = known.length > 0 ? describe(event) : undefined
    add(event, sign, during)
    const correction = sign.kind === 'paused' ? correct(event, sign.witness) : giveUp(event)
    const opens = before === undefined || (event.settled && correction !== undefined)
    if (correction) event.settled = false
    if (opens) event.noticed = now
    return { disruption: describe(event), correction, opens, before }
  }

  /** The sources themselves say what happened in this span; there is nothing left to correct. */
  told(by: string, during: Span, loss: Loss): void {
    const event = this.#begin(during, during.to)
    add(event, { kind: 'paused', witness: by, ...loss }, during)
    event.applied = loss
    event.loose = true
    event.settled = true
  }

  /** Fresh samples have spoken: so much was lost since before the first of what is still open. */
  settle(found: Loss | undefined): void {
    const open = this.#events.filter(({ settled }) => !settled)
    for (const event of open) {
      event.settled = true
      if (event.applied === undefined || event.applied === 'anything' || !found) continue
      // Of several events at once nobody can say how much belongs to which.
      if (open.length === 1) event.applied = found
    }
  }

  #begin(during: Span, now: Monotonic): Event {
    const event: Event = {
      what: 'paused',
      reach: during,
      during,
      witnesses: [],
      claims: new Map(),
      spoke: new Map(),
      applied: undefined,
      noticed: now,
      loose: false,
      moved: false,
      settled: false,
    }
    this.#events.push(event)
    return event
  }

  /** A report that reaches over several events is about all of them together. */
  #merge(events: readonly Event[]): Event {
    const [first, ...rest] = events as [Event, ...Event[]]
    for (const other of rest) {
      first.what = worse(first.what, other.what)
      first.reach = hull(first.reach, other.reach)
      first.during = hull(first.during, other.during)
      for (const name of other.witnesses) remember(first, name)
      for (const [name, claims] of other.claims)
        first.claims.set(name, [...(first.claims.get(name) ?? []), ...claims])
      for (const [name, to] of other.spoke) first.spoke.set(name, latest(first.spoke.get(name) ?? to, to))
      first.applied = sum(first.applied, other.applied)
      first.loose &&= other.loose
      first.moved &&= other.moved
      first.noticed = latest(first.noticed, other.noticed)
      first.settled &&= other.settled
    }
    this.#events = this.#events.filter(event => !rest.includes(event))
    return first
  }
}

/** The samples have settled it since this witness spoke of it, so what it sees now is another one. */
const isOver = (event: Event, { witness, told }: DisruptedSign, during: Span): boolean =>
  told ? event.settled || event.spoke.has(witness) : event.settled && isLater(event, witness, during)

/** This witness has spoken of an earlier stretch. */
function isLater({ spoke }: Event, witness: string, { from, to }: Span): boolean {
  const reached = spoke.get(witness)
  return reached !== undefined && from >= reached && from < to
}

function add(event: Event, sign: DisruptedSign, during: Span): void {
  const again = isLater(event, sign.witness, during)
  event.spoke.set(sign.witness, latest(event.spoke.get(sign.witness) ?? during.to, during.to))
  event.reach = hull(event.reach, during)
  event.during = again ? hull(event.during, during) : (common(event.during, during) ?? during)
  event.what = worse(event.what, sign.kind)
  remember(event, sign.witness)
  if (sign.kind !== 'paused') return
  const earlier = event.claims.get(sign.witness) ?? []
  const others = again ? earlier : earlier.filter(claim => !overlap(claim.during, during))
  event.claims.set(sign.witness, [...others, claimOf(sign, during)])
}

const claimOf = ({ lost, uncertainty, atLeast, beyond = 0 }: PausedSign, during: Span): Claim => ({
  during,
  moved: beyond > 0,
  low: Math.min(lost - uncertainty, atLeast ?? Number.POSITIVE_INFINITY),
  high: lost + uncertainty + beyond,
  guess: lost,
  precision: uncertainty,
})

function remember(event: Event, witness: string): void {
  if (!event.witnesses.includes(witness)) event.witnesses.push(witness)
}

/** What all claims say together: where they meet, or everything between them; with the best guess in it. */
function combine(event: Event): Sum | undefined {
  const sums = [...event.claims.values()].map(added)
  if (sums.length === 0) return undefined
  const low = Math.max(...sums.map(sum => sum.low))
  const high = Math.min(...sums.map(sum => sum.high))
  const best = sums.reduce((a, b) => (b.precision < a.precision ? b : a))
  if (low <= high) {
    return { low, high, guess: Math.min(Math.max(best.guess, low), high), precision: best.precision }
  }
  const widest = { low: Math.min(...sums.map(sum => sum.low)), high: Math.max(...sums.map(sum => sum.high)) }
  const precision = Math.max(widest.high - best.guess, best.guess - widest.low)
  return { ...widest, guess: best.guess, precision }
}

/** What is still to be corrected, for an event of which something has been corrected already. */
function correct(event: Event, witness: string): Correction | undefined {
  if (event.applied === 'anything') return undefined
  if (event.settled && event.applied) return reopen(event, event.applied, added(event.claims.get(witness)!))
  const { low, high, guess } = combine(event)!
  const wanted: Loss = { lost: guess, uncertainty: Math.max(high - guess, guess - low) }
  const { applied } = event
  const moved = !event.moved && mayHaveMoved(event)
  event.moved ||= moved
  event.applied = wanted
  if (!applied) return { kind: 'shift', from: event.reach.from, ...wanted, moved }
  const lost = wanted.lost - applied.lost
  const uncertainty = wanted.uncertainty - applied.uncertainty
  if (Math.abs(lost) < NEWS && Math.abs(uncertainty) < NEWS && !moved) {
    event.applied = applied
    return undefined
  }
  return { kind: 'shift', from: event.noticed, lost, uncertainty, moved }
}

/** One that cannot have seen another host says how long it took, so it is the same. */
const mayHaveMoved = (event: Event): boolean =>
  [...event.claims.values()].every(claims => claims.some(({ moved }) => moved))

/** The samples have said one thing, and a late report says another: both may be true, one after the other. */
function reopen(event: Event, applied: Loss, claimed: Interval): Correction | undefined {
  const low = claimed.low - applied.lost - applied.uncertainty
  const high = claimed.high - applied.lost + applied.uncertainty
  if (low <= 0 && high >= 0) return undefined
  const uncertainty = Math.max(Math.abs(low), Math.abs(high))
  event.applied = { lost: applied.lost, uncertainty: applied.uncertainty + uncertainty }
  return { kind: 'shift', from: event.noticed, lost: 0, uncertainty, moved: false }
}

function giveUp(event: Event): Correction | undefined {
  const { loose } = event
  event.applied = 'anything'
  event.loose = true
  return loose ? undefined : { kind: 'void' }
}

function describe(event: Event): Disruption {
  const found = combine(event)
  return {
    what: event.what,
    during: event.during,
    witnesses: [...event.witnesses],
    loss: found && { lost: found.guess, uncertainty: found.precision },
  }
}

const SEVERITY: readonly DisruptedSign['kind'][] = ['paused', 'stopped', 'counter-changed', 'restored']
const worse = (a: DisruptedSign['kind'], b: DisruptedSign['kind']): DisruptedSign['kind'] =>
  SEVERITY.indexOf(a) > SEVERITY.indexOf(b) ? a : b

function sum(a: Event['applied'], b: Event['applied']): Event['applied'] {
  if (a === 'anything' || b === 'anything') return 'anything'
  if (!a || !b) return a ?? b
  return { lost: a.lost + b.lost, uncertainty: a.uncertainty + b.uncertainty }
}

/** The parts of an event that one witness saw, together. */
function added(claims: readonly Claim[]): Sum {
  const total = (of: (claim: Claim) => number) => claims.reduce((sum, claim) => sum + of(claim), 0)
  return {
    low: total(claim => claim.low),
    high: total(claim => claim.high),
    guess: total(claim => claim.guess),
    precision: total(claim => claim.precision),
  }
}

/** Spans that only touch are of looks one after the other. */
const overlap = (a: Span, b: Span): boolean =>
  (a.from < b.to && b.from < a.to) || (a.from === b.from && a.to === b.to)
const hull = (a: Span, b: Span): Span => ({ from: earliest(a.from, b.from), to: latest(a.to, b.to) })
const common = (a: Span, b: Span): Span | undefined => {
  const both = { from: latest(a.from, b.from), to: earliest(a.to, b.to) }
  return both.from <= both.to ? both : undefined
}
