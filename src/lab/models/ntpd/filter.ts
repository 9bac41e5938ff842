/**
 * The clock filter (clock_filter of ntp_proto.c): of the last eight samples the one with the least delay speaks for the server.
 * Its jitter is how far the others are from it: after a jump of the clock old and new samples stand side by side in the
 * register, so the jitter is about as large as the jump until the old ones have left.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import { type Association, interval, MAX_DISPERSION, STAGES } from './association.ts'

/** Popcorn: a change of more than so many times the jitter. */
const SPIKE_GATE = 3

export interface FilterRules {
  readonly dispersion: Rate
  readonly maxdist: Seconds
  /** The Allan intercept. */
  readonly allan: Seconds
  /** Samples from before it pay with their dispersion, or stand back behind all that are newer. */
  readonly oldSamples: 'pay' | 'stand-back'
  readonly precision: Seconds
  /** False while the clock is started up: then the newest sample is used, not the one with the least delay. */
  readonly sorted: boolean
}

/**
 * `nothing`: no sample is fit to use. `spike`: the change is ignored, and is as large as `size` says. `old`: a sample from
 * before the last one used. `used`: the association now says something new.
 */
export type Filtered = 'nothing' | 'spike' | 'old' | 'used'

/** Order of the register's stages by distance; only used within a call. */
const order = new Uint8Array(STAGES)
const distances = new Float64Array(STAGES)

export function filterSample(
  peer: Association,
  sample: { readonly offset: Seconds; readonly delay: Seconds; readonly dispersion: Seconds },
  now: number,
  rules: FilterRules,
): Filtered {
  push(peer, sample.offset, sample.delay, sample.dispersion, now)
  age(peer, now, rules)
  if (rules.sorted) sortByDistance()
  const usable = countUsable(rules.maxdist)
  const best = order[0]!
  const jitter = weigh(peer, usable)
  if (usable === 0) return 'nothing'
  const change = Math.abs(peer.offset - peer.offsets[best]!)
  peer.offset = peer.offsets[best]!
  peer.delay = peer.delays[best]!
  peer.jitter = Math.max(jitter, rules.precision)
  const epoch = peer.epochs[best]!
  if (
    peer.dispersion < rules.maxdist &&
    peer.dispersions[best]! < rules.maxdist &&
    change > SPIKE_GATE * peer.jitter &&
    epoch - peer.epoch < 2 * interval(peer.hostPoll)
  ) {
    return 'spike'
  }
  if (epoch <= peer.epoch) return 'old'
  peer.epoch = epoch
  return 'used'
}

function push(peer: Association, offset: Seconds, delay: Seconds, dispersion: Seconds, now: number): void {
  const at = peer.next
  peer.offsets[at] = offset
  peer.delays[at] = delay
  peer.dispersions[at] = dispersion
  peer.epochs[at] = now
  peer.next = (at + 1) % STAGES
}

/** All but the newest grow less certain. A distance of 16 s is an empty stage; the first of the order is the newest. */
function age(peer: Association, now: number, rules: FilterRules): void {
  const { dispersions, delays, epochs } = peer
  const { allan, maxdist } = rules
  const standBack = rules.oldSamples === 'stand-back'
  const grown = rules.dispersion * (now - peer.update)
  const newest = peer.next + STAGES - 1
  peer.update = now
  for (let back = 0; back < STAGES; back++) {
    const at = (newest - back) % STAGES
    const dispersion = back > 0 ? dispersions[at]! + grown : dispersions[at]!
    order[back] = at
    if (dispersion >= MAX_DISPERSION) {
      dispersions[at] = MAX_DISPERSION
      distances[back] = MAX_DISPERSION
    } else {
      const old = now - epochs[at]! > allan
      dispersions[at] = dispersion
      distances[back] = (old && standBack ? maxdist : delays[at]!) + (old ? dispersion : 0)
    }
  }
}

function sortByDistance(): void {
  for (let i = 1; i < STAGES; i++) {
    const distance = distances[i]!
    const stage = order[i]!
    let j = i
    for (; j > 0 && distances[j - 1]! > distance; j--) {
      distances[j] = distances[j - 1]!
      order[j] = order[j - 1]!
    }
    distances[j] = distance
    order[j] = stage
  }
}

function countUsable(maxdist: Seconds): number {
  let usable = 0
  for (let i = 0; i < STAGES; i++) {
    if (distances[i]! >= MAX_DISPERSION || (usable >= 2 && distances[i]! >= maxdist)) continue
    usable++
  }
  return usable
}

/** Sets the dispersion, the nearer stages counting double each; returns the jitter. */
function weigh(peer: Association, usable: number): Seconds {
  const { dispersions, offsets } = peer
  const best = offsets[order[0]!]!
  let dispersion = 0
  let squares = 0
  for (let i = STAGES - 1; i >= 0; i--) {
    const at = order[i]!
    dispersion = (dispersion + dispersions[at]!) / 2
    if (i < usable) squares += (offsets[at]! - best) ** 2
  }
  peer.dispersion = dispersion
  return Math.sqrt(usable > 1 ? squares / (usable - 1) : squares)
}
