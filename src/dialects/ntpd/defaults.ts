/**
 * What ntpd does where its configuration says nothing, generation by generation (ntp_loopfilter.c, ntp_proto.c and ntp.h of
 * 4.2.4p8, 4.2.6p5, 4.2.8p6 and NTPsec 1.2.5).
 */
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import type { PollLog2, Rate, Seconds } from '#core/time/units.ts'
import { generationOf, isBefore, type NtpdGeneration, type NtpdVersion } from './version.ts'

export interface NtpdDefaults {
  readonly generation: NtpdGeneration
  /** `tinker` */
  readonly step: Seconds
  readonly stepout: Seconds
  /** A smaller stepout is raised to this, and nobody is told. */
  readonly leastStepout: Seconds
  readonly panic: Seconds
  /** log2 of the Allan intercept: from this poll on the FLL takes part. */
  readonly allan: PollLog2
  readonly dispersion: Rate
  /** `tos` */
  readonly minclock: number
  readonly maxclock: number
  readonly minsane: number
  readonly mindist: Seconds
  readonly maxdist: Seconds
  readonly floor: number
  readonly ceiling: number
  readonly orphan: number
  readonly orphanwait: Seconds
  /** `server` */
  readonly minpoll: PollLog2
  readonly maxpoll: PollLog2
  readonly leastPoll: PollLog2
  readonly mostPoll: PollLog2
  readonly iburst: number
  /** After so many polls without an answer the poll interval grows. */
  readonly unreach: number
  /** Above such a step threshold (and at 0, which is never) the kernel's loop is left alone. */
  readonly kernelUpTo: Seconds
  /** `-x` */
  readonly slewBelow: Seconds
}

/** Since 4.2.6. */
export const RECENT_MAXDIST: Seconds = 1.5

const CLASSIC = {
  step: STEP_THRESHOLD,
  panic: 1000,
  allan: 11,
  dispersion: 15e-6,
  minclock: 3,
  maxclock: 10,
  minsane: 1,
  mindist: 0.001,
  maxdist: RECENT_MAXDIST,
  floor: 0,
  ceiling: 16,
  orphan: 17,
  minpoll: 6,
  maxpoll: 10,
  mostPoll: 17,
  iburst: 6,
  unreach: 10,
  kernelUpTo: 0.5,
  slewBelow: 600,
}

const BY_GENERATION: Readonly<Record<NtpdGeneration, Omit<NtpdDefaults, 'generation' | 'leastStepout'>>> = {
  '4.2.4': {
    ...CLASSIC,
    stepout: 900,
    // 1500 s
    allan: Math.log2(1500),
    orphanwait: 0,
    leastPoll: 4,
    mindist: 0.005,
    maxdist: 1,
    iburst: 8,
    unreach: 24,
  },
  '4.2.6': { ...CLASSIC, stepout: 900, orphanwait: 0, leastPoll: 3 },
  '4.2.8': { ...CLASSIC, stepout: 300, ceiling: 15, orphanwait: 300, leastPoll: 3 },
  ntpsec: { ...CLASSIC, stepout: 300, ceiling: 15, orphanwait: 300, leastPoll: 0 },
}

export function defaultsOf(version: NtpdVersion): NtpdDefaults {
  const generation = generationOf(version)
  const anyStepout = version.family === 'classic' && isBefore(version, [4, 2, 7, 53])
  return { generation, ...BY_GENERATION[generation], leastStepout: anyStepout ? 0 : 300 }
}
