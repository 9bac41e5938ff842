/**
 * Where the generations of ntpd do differently in code, not in a number (ntp_loopfilter.c, ntp_proto.c of 4.2.4p8, 4.2.6p5,
 * 4.2.8p6 and NTPsec 1.2.5).
 */
import { logarithm2 } from '#core/number/elementary.ts'
import type { Seconds } from '#core/time/units.ts'
import type { NtpdGeneration } from '#dialects/ntpd/version.ts'

export interface Conduct {
  /** When -g's licence ends: with the first offset that passes, or with the first one that is disciplined. */
  readonly licence: 'first-offset' | 'first-discipline'
  /** For a while after the start the offset is slewed fast, the frequency is left alone and samples are used unsorted. */
  readonly startupHold: Seconds
  /**
   * When the measurement of the frequency is over, it is taken from all of the offset (which one adjtime had slewed away at the
   * beginning), from what it has grown by since the loop began to slew it, or from what it has changed by since it was given
   * to the kernel, slewed or not. Only the first of these disciplines that offset at once.
   */
  readonly frequencyFrom: 'all' | 'growth' | 'change'
  /** A second step within twice the stepout measures the frequency afresh. */
  readonly trainsAfterSteps: boolean
  /** adjtime is never asked for more than a second has room for. */
  readonly boundsSlew: boolean
  /** After a step the time constant begins anew at its least. */
  readonly restartsPoll: boolean
  /** Without the kernel's loop the kernel's frequency is set to nothing. */
  readonly clearsKernel: boolean
  /** What the daemon's own loop learns of the frequency from an offset. */
  gains(loop: LoopTimes): LoopGains
  /** What the root distance counts beside delays, root dispersion, age and jitter. */
  readonly distanceCounts: 'dispersion' | 'precisions'
  /** NTPsec also holds the peer dispersion against maxdist, and drops samples with a longer round trip. */
  readonly dispersionGate: boolean
  /** When the filter goes by delay: once the clock is set, once it is in SYNC, or once the startup is over. */
  readonly sortsOnce: 'set' | 'in-sync' | 'started'
  /** Samples from before the Allan intercept pay with their dispersion, or stand back behind all that are newer. */
  readonly oldSamples: 'pay' | 'stand-back'
  /** iburst does not wait for a first answer. */
  readonly burstsUnasked: boolean
  /** Polls without an answer (as bits of the reach register) until the filter is told that it knows nothing. */
  readonly staleReach: number
  /** Truechimers: the midpoint inside the intersection, or an interval that touches it. The system peer: the first by
   *  stratum and distance, or the least of jitter, distance and stratum. */
  readonly selection: 'midpoints' | 'intervals'
  /** The delay of a server that sends to a group, from twice what it is off; it is given up when that is longer
   *  (broadcastdelay). */
  heardDelay(twice: Seconds): Seconds
  readonly longestHeard: Seconds
  /** The first poll after a step is put off at random by less than this. */
  readonly restartSpread: 'associations' | 'minpoll' | 'interval'
}

/** In seconds: the time constant, how long ago the last update was, the Allan intercept. */
export interface LoopTimes {
  readonly constant: Seconds
  readonly elapsed: Seconds
  readonly allan: Seconds
}

/** Rate for each second of offset; `fll` is of the offset's growth. */
export interface LoopGains {
  readonly pll: number
  readonly fll: number
}

const PLL_GAIN = 64
const FLL_GAIN = 1 / 4

const gainsWith =
  (fllGain: number) =>
  ({ constant, elapsed, allan }: LoopTimes): LoopGains => ({
    pll: Math.min(allan, elapsed) / (PLL_GAIN * constant) ** 2,
    fll: constant >= allan ? fllGain / Math.max(constant, elapsed) : 0,
  })

/** 4.2.4 begins with the FLL at half the intercept, and weakens it less the longer the time constant is. */
const earlyGains = ({ constant, elapsed, allan }: LoopTimes): LoopGains => ({
  pll: Math.min(constant, elapsed) / (PLL_GAIN * constant) ** 2,
  fll: constant > allan / 2 ? 1 / (Math.max(allan, elapsed) * (25 - logarithm2(constant))) : 0,
})

const OLD: Conduct = {
  licence: 'first-discipline',
  startupHold: 0,
  frequencyFrom: 'growth',
  trainsAfterSteps: true,
  boundsSlew: false,
  restartsPoll: false,
  clearsKernel: false,
  gains: gainsWith(FLL_GAIN),
  sortsOnce: 'set',
  oldSamples: 'pay',
  burstsUnasked: false,
  distanceCounts: 'dispersion',
  dispersionGate: false,
  staleReach: 0x0f,
  selection: 'midpoints',
  heardDelay: twice => twice,
  longestHeard: Number.POSITIVE_INFINITY,
  restartSpread: 'associations',
}

const NEW: Conduct = {
  licence: 'first-offset',
  startupHold: 300,
  frequencyFrom: 'all',
  trainsAfterSteps: false,
  boundsSlew: true,
  restartsPoll: false,
  clearsKernel: true,
  gains: gainsWith(FLL_GAIN),
  sortsOnce: 'started',
  oldSamples: 'pay',
  burstsUnasked: false,
  distanceCounts: 'precisions',
  dispersionGate: false,
  staleReach: 0xff,
  selection: 'intervals',
  heardDelay: Math.abs,
  longestHeard: 0.05,
  restartSpread: 'minpoll',
}

const CONDUCT: Readonly<Record<NtpdGeneration, Conduct>> = {
  '4.2.4': {
    ...OLD,
    frequencyFrom: 'change',
    trainsAfterSteps: false,
    restartsPoll: true,
    gains: earlyGains,
    sortsOnce: 'in-sync',
    oldSamples: 'stand-back',
    burstsUnasked: true,
    staleReach: 0x07,
    restartSpread: 'interval',
  },
  '4.2.6': OLD,
  '4.2.8': NEW,
  ntpsec: {
    ...NEW,
    licence: 'first-discipline',
    // It divides by the gain where the others multiply.
    gains: gainsWith(1 / FLL_GAIN),
    dispersionGate: true,
    restartSpread: 'interval',
  },
}

export const conductOf = (generation: NtpdGeneration): Conduct => CONDUCT[generation]
