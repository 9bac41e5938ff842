/**
 * Where the generations of ntpd do differently in code, not in a number (ntp_loopfilter.c, ntp_proto.c of 4.2.6p5, 4.2.8p6
 * and NTPsec 1.2.5).
 */
import type { Seconds } from '#core/time/units.ts'
import type { NtpdGeneration } from '#dialects/ntpd/version.ts'

export interface Conduct {
  /** When -g's licence ends: with the first offset that passes, or with the first one that is disciplined. */
  readonly licence: 'first-offset' | 'first-discipline'
  /** For a while after the start the offset is slewed fast, the frequency is left alone and samples are used unsorted. */
  readonly startupHold: Seconds
  /** At the first update the offset is slewed by one adjtime, and the frequency is later taken from what is then left. */
  readonly slewsAtFirst: boolean
  /** A second step within twice the stepout measures the frequency afresh. */
  readonly trainsAfterSteps: boolean
  /** adjtime is never asked for more than a second has room for. */
  readonly boundsSlew: boolean
  /** Divisor of the FLL's part (NTPsec divides by the gain of 1/4). */
  readonly fllDivisor: number
  /** What the root distance counts beside delays, root dispersion, age and jitter. */
  readonly distanceCounts: 'dispersion' | 'precisions'
  /** NTPsec also holds the peer dispersion against maxdist, and drops samples with a longer round trip. */
  readonly dispersionGate: boolean
  /** Polls without an answer (as bits of the reach register) until the filter is told that it knows nothing. */
  readonly staleReach: number
  /** Truechimers: the midpoint inside the intersection, or an interval that touches it. The system peer: the first by
   *  stratum and distance, or the least of jitter, distance and stratum. */
  readonly selection: 'midpoints' | 'intervals'
  /** The first poll after a step is put off at random by less than this. */
  readonly restartSpread: 'associations' | 'minpoll' | 'interval'
}

const OLD: Conduct = {
  licence: 'first-discipline',
  startupHold: 0,
  slewsAtFirst: false,
  trainsAfterSteps: true,
  boundsSlew: false,
  fllDivisor: 4,
  distanceCounts: 'dispersion',
  dispersionGate: false,
  staleReach: 0x0f,
  selection: 'midpoints',
  restartSpread: 'associations',
}

const NEW: Conduct = {
  licence: 'first-offset',
  startupHold: 300,
  slewsAtFirst: true,
  trainsAfterSteps: false,
  boundsSlew: true,
  fllDivisor: 4,
  distanceCounts: 'precisions',
  dispersionGate: false,
  staleReach: 0xff,
  selection: 'intervals',
  restartSpread: 'minpoll',
}

const CONDUCT: Readonly<Record<NtpdGeneration, Conduct>> = {
  '4.2.4': OLD,
  '4.2.6': OLD,
  '4.2.8': NEW,
  ntpsec: {
    ...NEW,
    licence: 'first-discipline',
    fllDivisor: 1 / 4,
    dispersionGate: true,
    restartSpread: 'interval',
  },
}

export const conductOf = (generation: NtpdGeneration): Conduct => CONDUCT[generation]
