/**
 * Every table of ntp.toml and every key in it (ntp.toml(5) of ntpd-rs, 1.0 to 2.0). With any other ntpd-rs does not start. The reader of
 * TOML tells no lines, so keys are found here as they are written: a table header, then one key a line.
 */
import { type Availability, isKnownTo, type Reader } from '../grammar.ts'
import { linesOf, wordsOf } from '../named-source.ts'

export const NTPD_RS_TABLES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    '': '',
    'source-defaults': 'poll-interval-limits initial-poll-interval',
    'source-defaults.poll-interval-limits': 'min max',
    source: `mode address certificate-authority count enable-srv-resolution ignore precision accuracy period path domain
      poll_interval response_interval poll-interval-limits initial-poll-interval ntp-version measurement_noise_estimate`,
    'source.poll-interval-limits': 'min max',
    server:
      'listen rate-limiting-cache-size rate-limiting-cutoff-ms allowlist denylist require-nts accept-ntp-versions',
    'server.allowlist': 'filter action',
    'server.denylist': 'filter action',
    'csptp-server': 'interface',
    csptp: 'identity clock-quality ptp-timescale time-traceable frequency-traceable',
    clock: 'clock interface timestamp-mode',
    observability: `log-level log-path log-path-metrics-exporter ansi-colors observation-path observation-permissions
      metrics-exporter-listen`,
    keyset: 'stale-key-count key-rotation-interval key-storage-path',
    'nts-ke-server': `listen certificate-chain-path private-key-path key-exchange-timeout-ms concurrent-connections
      longlived-connections ntp-port ntp-server accept-ntp-versions accepted-pool-authentication-tokens`,
    synchronization: `minimum-agreeing-sources single-step-panic-threshold startup-step-panic-threshold
      accumulated-step-panic-threshold warn-on-jump local-stratum reference-id algorithm`,
    'synchronization.single-step-panic-threshold': 'forward backward',
    'synchronization.startup-step-panic-threshold': 'forward backward',
    'synchronization.algorithm': `precision-low-probability precision-high-probability precision-hysteresis
      precision-minimum-weight poll-interval-low-weight poll-interval-high-weight poll-interval-hysteresis
      poll-interval-step-threshold delay-outlier-threshold initial-wander initial-frequency-uncertainty
      maximum-source-uncertainty range-statistical-weight range-delay-weight steer-offset-threshold steer-offset-leftover
      steer-frequency-threshold steer-frequency-leftover step-threshold slew-maximum-frequency-offset
      slew-minimum-duration maximum-frequency-steer ignore-server-dispersion meddling-threshold`,
  }).map(([table, keys]) => [table, new Set(wordsOf(keys))]),
)

const from = (since: string): Availability => ({ family: undefined, since, until: undefined })

/** What came later than 1.0, of sources (its CHANGELOG, and the releases themselves). */
const LATER_MODES: ReadonlyMap<string, Availability> = new Map([
  ['sock', from('1.4.0')],
  ['pps', from('1.5.0')],
  ['csptp', from('2.0.0')],
])
const LATER_KEYS: ReadonlyMap<string, Availability> = new Map([
  ['measurement_noise_estimate', from('1.4.0')],
  ['precision', from('1.5.0')],
  ['accuracy', from('1.7.2')],
])

/** Modes and keys of sources that a version does not know yet. */
export function notKnownYet(
  text: string,
  reader: Reader | undefined,
): { readonly line: number; readonly word: string; readonly known: Availability }[] {
  const lines = linesOf(text)
  return keysWritten(text).flatMap(({ line, table, key }) => {
    if (table !== 'source' || key === undefined) return []
    const [, mode = ''] = key === 'mode' ? (/=\s*["']([^"']*)["']/.exec(lines[line - 1]!) ?? []) : []
    const known = LATER_KEYS.get(key) ?? LATER_MODES.get(mode)
    return known && !isKnownTo(reader, known) ? [{ line, word: mode || key, known }] : []
  })
}

/** Where the keys of each `[[source]]` stand, in their order; its header has no name. */
export function linesOfSources(text: string): readonly ReadonlyMap<string, number>[] {
  const sources: Map<string, number>[] = []
  for (const { line, table, key } of keysWritten(text)) {
    if (table !== 'source') continue
    if (key === undefined) sources.push(new Map([['', line]]))
    else sources.at(-1)?.set(key, line)
  }
  return sources
}

export interface UnknownKey {
  readonly line: number
  readonly word: string
  readonly known: Iterable<string>
  readonly what: 'table' | 'key'
}

/** A key, or the header of a table that there is not, which has no key. */
export interface WrittenKey {
  readonly line: number
  readonly table: string
  readonly key: string | undefined
}

export function unknownKeys(text: string): UnknownKey[] {
  return keysWritten(text).flatMap(({ line, table, key }): UnknownKey[] => {
    const known = NTPD_RS_TABLES.get(table)
    if (!known) {
      const tables = [...NTPD_RS_TABLES.keys()].filter(Boolean)
      return key === undefined ? [{ line, word: table, known: tables, what: 'table' }] : []
    }
    return key === undefined || known.has(key) ? [] : [{ line, word: key, known, what: 'key' }]
  })
}

export function keysWritten(text: string): WrittenKey[] {
  const written: WrittenKey[] = []
  let table = ''
  let open = false
  for (const [index, raw] of linesOf(text).entries()) {
    const line = index + 1
    const header = /^\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}\s*(?:#.*)?$/.exec(raw)
    if (header) {
      table = header[1]!
      open = false
      written.push({ line, table, key: undefined })
      continue
    }
    // A list or a text over several lines has no keys of its own.
    if (open) {
      open = !/(?:\]|"""|''')\s*(?:#.*)?$/.test(raw)
      continue
    }
    const [, key, value] = /^\s*"?([\w-]+)"?\s*=\s*(.*)$/.exec(raw) ?? []
    if (key === undefined) continue
    open = /^\[[^\]]*$|^"""(?!.*""")|^'''(?!.*''')/.test(value!)
    written.push({ line, table, key })
    // A table within a line.
    if (!value!.startsWith('{')) continue
    for (const [, inner] of value!.matchAll(/[{,]\s*"?([\w-]+)"?\s*=/g))
      written.push({ line, table: `${table}.${key}`, key: inner })
  }
  return written
}
