/**
 * What `chronyc` prints of tracking, sources, sourcestats and activity, for people and with -c; the rest is in more-reports.ts. "slow of NTP time" is
 * behind; the offsets of sources and sourcestats are positive when the local clock is ahead, so they are turned round.
 * By 127.127.t.u ntpd means its drivers; chronyd asks its own machine there, which is no source.
 */
import { type Said, said } from '../log/said.ts'
import { REFERENCE_CLOCK } from '../ntpd/sources.ts'
import { reportFormat } from '../report.ts'
import { SETTLED } from '../settled.ts'
import { ntpdataC, openLabelled, selectdata, silentReports } from './more-reports.ts'
import { CHRONY_DEFAULTS } from './settings.ts'

type Read = (text: string) => readonly Said[] | undefined

const LOCAL_REFERENCE = '7F7F0101'
const UNITS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1 }
const AMOUNT = /([+-]?\d+(?:\.\d+)?)(ns|us|ms|s)/.source

export const chronyc = reportFormat({
  name: 'chronyc',
  daemon: 'chrony',
  open() {
    const readers = [openLabelled(), openActivity(), ...READERS]
    return text => {
      const line = text.trimEnd()
      for (const read of readers) {
        const all = read(line)
        if (all) return all.filter(({ source = '' }) => !REFERENCE_CLOCK.test(source))
      }
      return undefined
    }
  },
})

const TRACKING = /^([A-Z][A-Za-z ()]{2,14}[A-Za-z)]) *: (.+)$/
const LABELS: Readonly<Record<string, Read>> = {
  'Reference ID': value => {
    const match = /^([0-9A-F]{8}) \((.{0,255})\)$/.exec(value)
    if (!match) return []
    if (match[1] === LOCAL_REFERENCE) return [said('selected', { source: 'local clock' })]
    return match[2] === '' ? [] : [said('selected', { source: match[2] })]
  },
  Stratum: value => (Number(value) > 0 ? [said('stratum-now', { size: Number(value) })] : []),
  'System time': value => {
    const match = /^(\d+\.\d+) seconds (slow|fast) of NTP time$/.exec(value)
    return match ? [said('offset-now', { size: (match[2] === 'slow' ? 1 : -1) * Number(match[1]) })] : []
  },
  'Root dispersion': value => {
    const match = /^(\d+\.\d+) seconds$/.exec(value)
    return match ? [said('dispersion-now', { size: Number(match[1]) })] : []
  },
  'Leap status': leap,
}
const SILENT = [
  'Ref time (UTC)',
  'Last offset',
  'RMS offset',
  'Frequency',
  'Residual freq',
  'Skew',
  'Root delay',
  'Update interval',
]

const tracking: Read = text => {
  const match = TRACKING.exec(text)
  if (!match) return undefined
  const label = match[1]!.trim()
  if (Object.hasOwn(LABELS, label)) return LABELS[label]!(match[2]!)
  return SILENT.includes(label) ? [] : undefined
}

function leap(value: string): readonly Said[] {
  if (value === 'Not synchronised') return [said('unsynchronised')]
  if (value === 'Insert second' || value === 'Delete second')
    return [said('synchronised'), said('leap-second')]
  return value === 'Normal' ? [said('synchronised')] : []
}

const TRACKING_C =
  /^[0-9A-F]{8},[^,]{0,255},\d{1,2},\d+\.\d{9}(?:,[+-]?\d+\.\d+){9},(?:Normal|Insert second|Delete second|Not synchronised)$/

const ROOT_DISPERSION = 11

const trackingC: Read = text => {
  if (!TRACKING_C.test(text)) return undefined
  const fields = text.split(',')
  const [id, name, stratum, , offset] = fields as [string, string, string, string, string]
  const source = id === LOCAL_REFERENCE ? 'local clock' : name
  return [
    ...(source === '' ? [] : [said('selected', { source })]),
    ...(Number(stratum) > 0 ? [said('stratum-now', { size: Number(stratum) })] : []),
    said('offset-now', { size: Number(offset) }),
    said('dispersion-now', { size: Number(fields[ROOT_DISPERSION]) }),
    ...leap(fields.at(-1)!),
  ]
}

const SOURCES = new RegExp(
  `^[\\^=#]([*+?x~-]) (\\S{1,255}) +(\\d{1,2}) +-?\\d{1,2} +([0-7]{1,3}) +(?:-|\\d+[mhdy]?) +${AMOUNT}\\[ *${AMOUNT}\\] \\+/- +${AMOUNT}$`,
)

const sources: Read = text => {
  const match = SOURCES.exec(text)
  if (!match) return undefined
  const [, state, source, stratum, reach, offset, unit, , , margin, ofMargin] = match as unknown as string[]
  return sourceSaid({
    state,
    source,
    stratum,
    reach,
    offset: Number(offset) * UNITS[unit!]!,
    margin: Number(margin) * UNITS[ofMargin!]!,
  })
}

const SOURCES_C =
  /^[\^=#],([*+?x~-]),([^,]{1,255}),(\d{1,2}),-?\d{1,2},([0-7]{1,3}),\d+,(-?\d+\.\d+),-?\d+\.\d+,(\d+\.\d+)$/

const sourcesC: Read = text => {
  const match = SOURCES_C.exec(text)
  if (!match) return undefined
  const [, state, source, stratum, reach, offset, margin] = match as unknown as string[]
  return sourceSaid({ state, source, stratum, reach, offset: Number(offset), margin: Number(margin) })
}

function sourceSaid(of: {
  readonly state: string | undefined
  readonly source: string | undefined
  readonly stratum: string | undefined
  readonly reach: string | undefined
  readonly offset: number
  /** Of error: how far the source is from the root, by its last answer. */
  readonly margin: number
}): readonly Said[] {
  const { state, source, margin } = of
  const reach = Number.parseInt(of.reach ?? '0', 8)
  // A source that was never heard has stratum 0 and no offset.
  if (reach === 0) return [said('unreachable', { source })]
  const distant = state === '?' && margin > CHRONY_DEFAULTS.maxdistance
  const settled = (reach & SETTLED) === SETTLED && (state === '?' || state === '~')
  return [
    said('stratum-now', { size: Number(of.stratum), source }),
    said('offset-now', { size: -of.offset, source }),
    ...(state === '*' ? [said('selected', { source })] : []),
    ...(state === 'x' ? [said('falseticker', { source })] : []),
    ...(distant || settled ? [said('rejected', { source })] : []),
    ...(distant ? [said('too-distant', { size: margin, source })] : []),
    ...(state === '~' ? [said('jitter-too-high', { source })] : []),
  ]
}

const STATS = new RegExp(
  `^\\S{1,255} +\\d{1,3} +\\d{1,3} +\\d+[mhdy]? +[+-]?\\d+\\.\\d+ +\\d+\\.\\d+ +${AMOUNT} +${AMOUNT}$`,
)
const STATS_C = /^[^,]{1,255},\d{1,3},\d{1,3},\d+,-?\d+\.\d+,\d+\.\d+,-?\d+\.\d+,\d+\.\d+$/
const ACTIVITY = /^(\d{1,9}) sources (online|offline|doing burst|with unknown address)/
const ACTIVITY_C = /^(\d{1,9}),(\d{1,9}),\d+,\d+,\d+$/
const HEADS = [
  /^MS Name\/IP address +Stratum Poll Reach LastRx Last sample/,
  /^Name\/IP Address +NP +NR +Span +Frequency +Freq Skew +Offset +Std Dev/,
  /^={40,}$/,
  /^200 OK$/,
]
/** The drawing above the heads with -v. */
const DRAWING =
  /^ *(?:\.-|\/ +\.-|\| +\/|\|\| {2}|\| {3}\||\|\| *$).*|^ +(?:\| +)?(?:\/ +)?(?:\.- |On the -\.|\| +\|).*$/

/** That none is asked is told where that is so of all of them. */
function openActivity(): Read {
  let online = 0
  const unasked = (offline: number): Said[] =>
    online === 0 && offline > 0 ? [said('offline', { size: offline })] : []
  return text => {
    const line = ACTIVITY.exec(text)
    if (line?.[2] === 'online') online = Number(line[1])
    if (line) return line[2] === 'offline' ? unasked(Number(line[1])) : []
    const fields = ACTIVITY_C.exec(text)
    if (!fields) return undefined
    online = Number(fields[1])
    return unasked(Number(fields[2]))
  }
}

/** It is understood that they say nothing here: what they measured, `sources` has too. */
const silent: Read = text =>
  STATS.test(text) ||
  STATS_C.test(text) ||
  HEADS.some(head => head.test(text)) ||
  DRAWING.test(text) ||
  REFUSED.test(text)
    ? []
    : undefined

/** What chronyc says instead of a report; only that there is no daemon tells something of the clock. */
const REFUSED = /^5(?:00 Failure|01 Not authorised|0[2-57-9] .{5,60}|1\d .{5,60})$/
const UNREACHED = /^506 Cannot talk to daemon$/
const unreached: Read = text => (UNREACHED.test(text) ? [said('no-daemon')] : undefined)

const READERS: readonly Read[] = [
  trackingC,
  sourcesC,
  sources,
  tracking,
  unreached,
  selectdata,
  ntpdataC,
  silent,
  silentReports,
]
