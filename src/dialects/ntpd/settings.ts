/**
 * How an ntpd keeps the clock, all told: its configuration and command line over the defaults of its version.
 * The command line is read first, so that `tinker step` has the last word over -x; but once a threshold has switched the
 * kernel's loop off, no later one switches it on again.
 */
import type { PollLog2, Rate, Seconds } from '#core/time/units.ts'
import type { NtpdConf } from './conf.ts'
import { defaultsOf, type NtpdDefaults } from './defaults.ts'
import type { NtpdOptions } from './options.ts'
import type { NtpdVersion } from './version.ts'

export interface NtpdSettings {
  readonly defaults: NtpdDefaults
  /** Offsets beyond are stepped; 0 is never. */
  readonly stepForward: Seconds
  readonly stepBack: Seconds
  readonly stepout: Seconds
  /** 0 is never. */
  readonly panic: Seconds
  readonly allan: PollLog2
  readonly dispersion: Rate
  /** Length of the huff-n'-puff window. */
  readonly huffpuff: Seconds | undefined
  /** `tinker freq` stands for a drift file. */
  readonly frequency: Rate | undefined
  readonly kernelLoop: boolean
  /** False after `disable ntp`: the clock is watched only. */
  readonly disciplines: boolean
  readonly allowPanic: boolean
  readonly forceStep: boolean
  readonly quit: boolean
  readonly minclock: number
  readonly maxclock: number
  readonly minsane: number
  readonly mindist: Seconds
  readonly maxdist: Seconds
  readonly floor: number
  readonly ceiling: number
  readonly orphan: number
  readonly orphanwait: Seconds
}

export function settingsOf(conf: NtpdConf, options: NtpdOptions, version: NtpdVersion): NtpdSettings {
  const defaults = defaultsOf(version)
  const tinker = (name: string): number | undefined => conf.tinker.get(name)?.value
  const tos = (name: keyof NtpdDefaults & string): number =>
    conf.tos.get(name)?.value ?? (defaults[name] as number)
  const slew = options.slew ? defaults.slewBelow : undefined
  const step = tinker('step') ?? slew ?? defaults.step
  const stepForward = tinker('stepfwd') ?? step
  const stepBack = tinker('stepback') ?? step
  const allowsKernel = (threshold: Seconds) => threshold > 0 && threshold <= defaults.kernelUpTo
  const frequency = tinker('freq')
  return {
    defaults,
    stepForward,
    stepBack,
    stepout: Math.max(defaults.leastStepout, tinker('stepout') ?? defaults.stepout),
    panic: tinker('panic') ?? defaults.panic,
    allan: allanOf(tinker('allan'), defaults),
    dispersion: (tinker('dispersion') ?? defaults.dispersion * 1e6) / 1e6,
    huffpuff: tinker('huffpuff'),
    frequency: frequency === undefined ? undefined : frequency / 1e6,
    kernelLoop:
      [stepForward, stepBack, slew ?? stepForward].every(allowsKernel) &&
      (conf.switches.get('kernel')?.value ?? true),
    disciplines: conf.switches.get('ntp')?.value ?? true,
    allowPanic: options.allowPanic,
    forceStep: options.forceStep && defaults.generation !== '4.2.4' && defaults.generation !== '4.2.6',
    quit: options.quit,
    minclock: tos('minclock'),
    maxclock: tos('maxclock'),
    minsane: tos('minsane'),
    mindist: tos('mindist'),
    maxdist: tos('maxdist'),
    floor: tos('floor'),
    ceiling: tos('ceiling'),
    orphan: tos('orphan'),
    orphanwait: tos('orphanwait'),
  }
}

/** In seconds up to 4.2.4, and as a power of two from then on, which is held in one byte: of 1800 that is 8. */
function allanOf(said: number | undefined, { generation, allan }: NtpdDefaults): PollLog2 {
  if (said === undefined) return allan
  return generation === '4.2.4' ? Math.log2(said) : Math.trunc(said) & 0xff
}
