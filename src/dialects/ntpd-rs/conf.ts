/**
 * ntp.toml of ntpd-rs (ntp.toml(5), 1.x): whom it asks, how often, how many must agree, and how large a step may be. Keys that
 * say nothing about that are passed over; what cannot be read is named.
 */
import { parse, type TomlPrimitive, type TomlTable } from 'smol-toml'
import type { PollLog2, Seconds } from '#core/time/units.ts'
import type { Remark } from '../named-source.ts'
import { linesOfSources } from './grammar.ts'

export interface NtpdRsSource {
  readonly mode: 'server' | 'pool' | 'nts' | 'nts-pool'
  readonly address: string
  /** Of a pool. */
  readonly count: number
}

/** A source that is no server of NTP: a socket of gpsd, pulses, or (2.0) a server of CSPTP. */
export interface NtpdRsClock {
  readonly mode: 'sock' | 'pps' | 'csptp'
  /** Its path, or its address. */
  readonly name: string
  readonly line: number
}

/** How far the clock may be set in one step, each way; infinite without a limit. */
export interface StepLimits {
  readonly forward: Seconds
  readonly backward: Seconds
}

export interface NtpdRsSettings {
  readonly minimumAgreeingSources: number
  readonly singleStepPanicThreshold: StepLimits
  readonly startupStepPanicThreshold: StepLimits
  readonly accumulatedStepPanicThreshold: Seconds
  readonly pollMin: PollLog2
  readonly pollMax: PollLog2
  readonly initialPoll: PollLog2
  readonly stepThreshold: Seconds
}

const NO_LIMIT = Number.POSITIVE_INFINITY

export const NTPD_RS_DEFAULTS: NtpdRsSettings = {
  minimumAgreeingSources: 3,
  singleStepPanicThreshold: { forward: 1000, backward: 1000 },
  startupStepPanicThreshold: { forward: NO_LIMIT, backward: 86_400 },
  accumulatedStepPanicThreshold: NO_LIMIT,
  pollMin: 4,
  pollMax: 10,
  initialPoll: 4,
  stepThreshold: 0.01,
}

export interface NtpdRsConf {
  readonly file: string
  readonly sources: readonly NtpdRsSource[]
  readonly clocks: readonly NtpdRsClock[]
  readonly settings: NtpdRsSettings
  readonly notUnderstood: readonly Remark[]
}

const MODES: ReadonlySet<string> = new Set(['server', 'pool', 'nts', 'nts-pool'])
const CLOCKS: ReadonlySet<string> = new Set(['sock', 'pps', 'csptp'])
const POOL_SIZE = 4

export function parseNtpdRsConf(text: string, file: string): NtpdRsConf {
  const notUnderstood: Remark[] = []
  const refuse = (what: string, why: string) =>
    void notUnderstood.push({ line: lineOf(text, what), text: what, why })
  const toml = readToml(text, why => notUnderstood.push({ line: 1, text: '', why }))
  const lines = linesOfSources(text)
  const clocks: NtpdRsClock[] = []
  const sources = listOf(toml.source).flatMap((each, index): NtpdRsSource[] => {
    const table = tableOf(each)
    if (typeof table.mode !== 'string' || !CLOCKS.has(table.mode)) return readSource(table, refuse)
    const line = lines[index]?.get('mode') ?? 1
    const why = whyNoClock(table)
    if (why === undefined) clocks.push(clockOf(table, line))
    else notUnderstood.push({ line, text: `mode = "${table.mode}"`, why })
    return []
  })
  const synchronization = tableOf(toml.synchronization)
  const algorithm = tableOf(synchronization.algorithm)
  const limits = tableOf(tableOf(toml['source-defaults'])['poll-interval-limits'])
  const said = NTPD_RS_DEFAULTS
  const number = (table: TomlTable, key: string, otherwise: number): number => {
    const value = table[key]
    if (value === undefined) return otherwise
    if (typeof value === 'number') return value
    refuse(key, 'no number')
    return otherwise
  }
  const steps = (key: string, otherwise: StepLimits): StepLimits => {
    const limits = synchronization[key] === undefined ? otherwise : readLimits(synchronization[key])
    if (!limits) refuse(key, 'no number, no "inf", and no table of forward and backward')
    return limits ?? otherwise
  }
  return {
    file,
    sources,
    clocks,
    notUnderstood,
    settings: {
      minimumAgreeingSources: number(
        synchronization,
        'minimum-agreeing-sources',
        said.minimumAgreeingSources,
      ),
      singleStepPanicThreshold: steps('single-step-panic-threshold', said.singleStepPanicThreshold),
      startupStepPanicThreshold: steps('startup-step-panic-threshold', said.startupStepPanicThreshold),
      // 0 is no limit.
      accumulatedStepPanicThreshold:
        number(synchronization, 'accumulated-step-panic-threshold', said.accumulatedStepPanicThreshold) ||
        NO_LIMIT,
      pollMin: number(limits, 'min', said.pollMin),
      pollMax: number(limits, 'max', said.pollMax),
      initialPoll: number(tableOf(toml['source-defaults']), 'initial-poll-interval', said.initialPoll),
      stepThreshold: number(algorithm, 'step-threshold', said.stepThreshold),
    },
  }
}

function readToml(text: string, refuse: (why: string) => void): TomlTable {
  try {
    return parse(text)
  } catch (error) {
    refuse(error instanceof Error ? error.message.split('\n')[0]! : 'no TOML')
    return {}
  }
}

const nameOf = ({ mode, address, path }: TomlTable): TomlPrimitive | undefined =>
  mode === 'csptp' ? address : path

/** Its deserializer wants both (ntp_source.rs). */
function whyNoClock(table: TomlTable): string | undefined {
  if (typeof nameOf(table) !== 'string')
    return `a source without ${table.mode === 'csptp' ? 'an address' : 'a path'}`
  const precision = table.precision ?? table.measurement_noise_estimate
  const isExact = table.mode === 'csptp' || (typeof precision === 'number' && precision > 0)
  return isExact ? undefined : 'a clock without a `precision` above 0'
}

const clockOf = (table: TomlTable, line: number): NtpdRsClock => ({
  mode: table.mode as NtpdRsClock['mode'],
  name: nameOf(table) as string,
  line,
})

function readSource(
  { mode, address, count }: TomlTable,
  refuse: (what: string, why: string) => void,
): NtpdRsSource[] {
  if (typeof mode !== 'string' || !MODES.has(mode)) {
    refuse(`mode = ${JSON.stringify(mode)}`, 'no mode of a source')
    return []
  }
  if (typeof address !== 'string' || address === '') {
    refuse(`mode = ${JSON.stringify(mode)}`, 'a source without an address')
    return []
  }
  return [
    { mode: mode as NtpdRsSource['mode'], address, count: typeof count === 'number' ? count : POOL_SIZE },
  ]
}

function readLimits(value: TomlPrimitive | undefined): StepLimits | undefined {
  const whole = readLimit(value)
  if (whole !== undefined) return { forward: whole, backward: whole }
  const { forward, backward } = tableOf(value)
  if (forward === undefined && backward === undefined) return undefined
  return { forward: readLimit(forward) ?? NO_LIMIT, backward: readLimit(backward) ?? NO_LIMIT }
}

const readLimit = (value: TomlPrimitive | undefined): Seconds | undefined =>
  typeof value === 'number' ? value : value === 'inf' ? NO_LIMIT : undefined

export const tableOf = (value: TomlPrimitive | undefined): TomlTable =>
  typeof value === 'object' && !Array.isArray(value) ? (value as TomlTable) : {}
const listOf = (value: TomlPrimitive | undefined): readonly TomlPrimitive[] =>
  Array.isArray(value) ? value : []

/** Where something is written, as far as it can be found again. */
function lineOf(text: string, what: string): number {
  const at = text.indexOf(what)
  return at < 0 ? 1 : text.slice(0, at).split('\n').length
}
