/**
 * What chrony.conf sets for the whole daemon, as far as it bears on keeping time, and what holds where it says nothing
 * (conf.c of chrony 4.3 to 4.8, which agree in these; chrony.conf(5)). Frequencies are rates here, not ppm.
 */
import type { Rate, Seconds } from '#core/time/units.ts'
import { PPM } from '#core/time/units.ts'
import { leadingNumber } from '../leading-number.ts'

export interface ChronySettings {
  /** The clock may be stepped when more than `threshold` is left to correct, in the first `limit` updates; −1: always. */
  readonly makestep: { readonly threshold: Seconds; readonly limit: number } | undefined
  readonly maxslewrate: Rate
  readonly corrtimeratio: number
  readonly maxupdateskew: Rate
  readonly maxdistance: Seconds
  readonly maxjitter: Seconds
  readonly maxclockerror: Rate
  readonly maxdrift: Rate
  readonly combinelimit: number
  readonly reselectdist: Seconds
  readonly stratumweight: Seconds
  readonly minsources: number
  readonly minsamples: number
  /** 0: as many as chronyd can hold. */
  readonly maxsamples: number
  readonly minstratum: number
  readonly maxstratum: number
  readonly logchange: Seconds
  /** 0: chronyd measures it. */
  readonly clockprecision: Seconds
  /** After `start` updates a correction above `offset` is ignored `ignore` times (−1: always), then chronyd ends. */
  readonly maxchange:
    | { readonly offset: Seconds; readonly start: number; readonly ignore: number }
    | undefined
  readonly driftfile: string | undefined
  readonly local:
    | { readonly stratum: number; readonly orphan: boolean; readonly distance: Seconds }
    | undefined
  readonly rtcsync: boolean
  readonly leapsecmode: 'system' | 'step' | 'slew' | 'ignore'
}

export type SaidSettings = { -readonly [Name in keyof ChronySettings]?: ChronySettings[Name] }

export const CHRONY_DEFAULTS: ChronySettings = {
  makestep: undefined,
  maxslewrate: 1 / 12,
  corrtimeratio: 3,
  maxupdateskew: 1000 * PPM,
  maxdistance: 3,
  maxjitter: 1,
  maxclockerror: 1 * PPM,
  maxdrift: 100_000 * PPM,
  combinelimit: 3,
  reselectdist: 1e-4,
  stratumweight: 1e-3,
  minsources: 1,
  minsamples: 6,
  maxsamples: 0,
  minstratum: 0,
  maxstratum: 15,
  logchange: 1,
  clockprecision: 0,
  maxchange: undefined,
  driftfile: undefined,
  local: undefined,
  rtcsync: false,
  leapsecmode: 'system',
}

/** What the chrony.conf of RHEL, Fedora, Debian and Ubuntu adds to the program's own defaults. */
export const AS_DISTRIBUTED: ChronySettings = {
  ...CHRONY_DEFAULTS,
  makestep: { threshold: 1, limit: 3 },
  rtcsync: true,
}

const NUMBERS = new Map<string, number>([
  ['maxslewrate', PPM],
  ['corrtimeratio', 1],
  ['maxupdateskew', PPM],
  ['maxdistance', 1],
  ['maxjitter', 1],
  ['maxclockerror', PPM],
  ['maxdrift', PPM],
  ['combinelimit', 1],
  ['reselectdist', 1],
  ['stratumweight', 1],
  ['logchange', 1],
  ['clockprecision', 1],
])
/** With the least value of each. */
const INTEGERS = new Map<string, number>([
  ['minsources', 1],
  ['minsamples', 0],
  ['maxsamples', 0],
  ['minstratum', 0],
  ['maxstratum', 0],
])
const LEAP_MODES: readonly ChronySettings['leapsecmode'][] = ['system', 'step', 'slew', 'ignore']

/** Lets a directive change what has been said so far. */
export function readSetting(
  name: string,
  words: readonly string[],
  said: SaidSettings,
): 'read' | 'no-setting' | 'no-value' {
  const value = settingOf(name, words)
  if (value === 'no-setting' || value === 'no-value') return value
  Object.assign(said, value)
  return 'read'
}

function settingOf(name: string, words: readonly string[]): SaidSettings | 'no-setting' | 'no-value' {
  const [first = '', second = '', third = ''] = words
  const takes = (count: number) => words.length === count
  const unit = NUMBERS.get(name)
  if (unit !== undefined) {
    const value = leadingNumber(first, 'NUMBER')
    return takes(1) && value !== undefined ? { [name]: value * unit } : 'no-value'
  }
  const least = INTEGERS.get(name)
  if (least !== undefined) {
    const value = leadingNumber(first, 'INTEGER')
    return takes(1) && value !== undefined && value >= least ? { [name]: value } : 'no-value'
  }
  switch (name) {
    case 'makestep': {
      const limit = leadingNumber(second, 'INTEGER')
      if (!takes(2) || !isNumber(first) || limit === undefined) return 'no-value'
      return { makestep: { threshold: Number(first), limit } }
    }
    case 'maxchange': {
      const ignore = leadingNumber(third, 'INTEGER')
      if (!takes(3) || !isNumber(first) || !isInteger(second) || ignore === undefined) return 'no-value'
      return { maxchange: { offset: Number(first), start: Number(second), ignore } }
    }
    case 'driftfile':
      return words.length > 0 ? { driftfile: first } : 'no-value'
    case 'rtcsync':
      return takes(0) ? { rtcsync: true } : 'no-value'
    case 'leapsecmode': {
      const mode = LEAP_MODES.find(each => each === first.toLowerCase())
      return takes(1) && mode ? { leapsecmode: mode } : 'no-value'
    }
    case 'local':
      return readLocal(words.map(word => word.toLowerCase()))
    default:
      return 'no-setting'
  }
}

function readLocal(words: readonly string[]): SaidSettings | 'no-value' {
  let stratum = 10
  let distance: Seconds = 1
  let orphan = false
  for (let i = 0; i < words.length; i++) {
    const option = words[i]!
    if (option === 'orphan') orphan = true
    else {
      const value = words[++i] ?? ''
      if (!isNumber(value)) return 'no-value'
      if (option === 'stratum') stratum = Number(value)
      else if (option === 'distance') distance = Number(value)
      else if (!/^(activate|waitsynced|waitunsynced)$/.test(option)) return 'no-value'
    }
  }
  return { local: { stratum, orphan, distance } }
}

const isInteger = (word: string): boolean => /^[+-]?\d+$/.test(word)
const isNumber = (word: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)
