/**
 * The reports of `chronyc` that say little of the clock itself: ntpdata, selectdata, authdata, serverstats, clients, rtcdata
 * and smoothing, for people and with -c. Of selectdata the states count; ntpdata's offset is the last measurement of one
 * server, positive when the local clock is behind. Fields of chrony 3.x to 4.8 (client.c).
 */
import { type Said, said } from '../log/said.ts'

type Read = (text: string) => readonly Said[] | undefined

/** Lines of `ntpdata`, `serverstats`, `smoothing` and `rtcdata`: a label, a colon, a value. */
const LABELLED = /^([A-Z][A-Za-z0-9 ()/-]{3,27}?) *: {0,12}(\S.{0,300})$/
const SILENT = new Set([
  'Remote port',
  'Local address',
  'Version',
  'Mode',
  'Poll interval',
  'Precision',
  'Reference time',
  'Peer delay',
  'Peer dispersion',
  'Response time',
  'Jitter asymmetry',
  'NTP tests',
  'Interleaved',
  'Authenticated',
  'TX timestamping',
  'RX timestamping',
  'Total TX',
  'Total RX',
  'Total valid RX',
  'Total good RX',
  'Total kernel TX',
  'Total kernel RX',
  'Total HW TX',
  'Total HW RX',
  'NTP packets received',
  'NTP packets dropped',
  'Command packets received',
  'Command packets dropped',
  'Client log records dropped',
  'NTS-KE connections accepted',
  'NTS-KE connections dropped',
  'Authenticated NTP packets',
  'Interleaved NTP packets',
  'NTP timestamps held',
  'NTP timestamp span',
  'NTP daemon RX timestamps',
  'NTP daemon TX timestamps',
  'NTP kernel RX timestamps',
  'NTP kernel TX timestamps',
  'NTP hardware RX timestamps',
  'NTP hardware TX timestamps',
  'Active',
  'Wander',
  'Last update',
  'Remaining time',
  'RTC ref time (UTC)',
  'Number of samples',
  'Number of runs',
  'Sample span period',
  'RTC is fast by',
  'RTC gains time at',
])
const REMOTE = /^(\S{1,80}) \([0-9A-F]{8}\)$/
const OFFSET = /^([+-]\d+\.\d{9}) seconds$/
/** In ntpdata these are the server's, not ours. */
const OF_THE_SERVER = new Set(['Leap status', 'Root delay', 'Root dispersion', 'Reference ID'])

/** A server that was never heard has stratum 0. The offset of `smoothing` is what is served, and nobody's. */
export function openLabelled(): Read {
  let source: string | undefined
  let heard = false
  return text => {
    const match = LABELLED.exec(text)
    if (!match) return undefined
    const [, label, value] = match as unknown as [string, string, string]
    if (label === 'Remote address') {
      source = REMOTE.exec(value)?.[1]
      heard = false
      return []
    }
    if (label === 'Active' || label === 'Total TX') source = undefined
    if (label === 'Stratum' && source !== undefined) {
      heard = Number(value) > 0
      return heard
        ? [said('stratum-now', { size: Number(value), source })]
        : [said('unreachable', { source })]
    }
    if (label === 'Offset') {
      const offset = OFFSET.exec(value)
      if (!offset) return undefined
      return heard && source !== undefined ? [said('offset-now', { size: Number(offset[1]), source })] : []
    }
    if (source !== undefined && OF_THE_SERVER.has(label)) return []
    return SILENT.has(label) ? [] : undefined
  }
}

const STATES = '[A-Za-z~*+-]'
const OPTIONS = '[-NPTRA]{5}'
const SELECTDATA = new RegExp(
  `^(${STATES}) (\\S{1,255}) +[YN] ${OPTIONS} ${OPTIONS} +(?:-|\\d+[mhdy]?) +\\d+\\.\\d +[+-]\\d+(?:ns|us|ms|s) +[+-]\\d+(?:ns|us|ms|s) +[-N+?]$`,
)
const SELECTDATA_C = new RegExp(
  `^(${STATES}),([^,]{1,255}),[YN](?:,[-NPTRA]){10},\\d+,\\d+\\.\\d,-?\\d+\\.\\d+,-?\\d+\\.\\d+,[A-Z][a-z ]{5,20}$`,
)

/** A source without a sample has no state that says anything of it. */
export const selectdata: Read = text => {
  const match = SELECTDATA.exec(text) ?? SELECTDATA_C.exec(text)
  if (!match) return undefined
  const [, state, source] = match
  if (state === '*') return [said('selected', { source })]
  return state === 'x' ? [said('falseticker', { source })] : []
}

const NTPDATA_C =
  /^([^,]{1,80}),[0-9A-F]{8},\d{1,5},[^,]{1,80},[0-9A-F]{8},[^,]{1,20},\d,[A-Za-z ]{1,20},(\d{1,2}),-?\d+,\d+,-?\d+,\d+\.\d+,\d+\.\d+,\d+\.\d+,[0-9A-F]{8},[^,]{0,8},\d+\.\d+,([+-]?\d+\.\d+),(?:[^,]{1,20},){10}[^,]{1,20}(?:,\d+){3,8}$/

export const ntpdataC: Read = text => {
  const match = NTPDATA_C.exec(text)
  if (!match) return undefined
  const [, source, stratum, offset] = match
  if (Number(stratum) === 0) return [said('unreachable', { source })]
  return [
    said('stratum-now', { size: Number(stratum), source }),
    said('offset-now', { size: Number(offset), source }),
  ]
}

const SINCE = '(?:-|\\d+[mhdy]?)'
const KNOWN = [
  // authdata
  new RegExp(`^\\S{1,255} +(?:-|SK|NTS) +\\d+ +\\d+ +\\d+ +${SINCE} +\\d+ +\\d+ +\\d+ +\\d+$`),
  /^[^,]{1,255},(?:-|SK|NTS)(?:,\d+){8}$/,
  /^Name\/IP address +Mode KeyID Type KLen Last Atmp +NAK Cook CLen/,
  // clients
  new RegExp(
    `^\\S{1,255} +\\d+ +\\d+ +(?:-|-?\\d+) +(?:-|-?\\d+) +${SINCE} +\\d+ +\\d+ +(?:-|-?\\d+) +${SINCE}$`,
  ),
  /^[^,]{1,255},\d+,\d+,-?\d+,-?\d+,\d+,\d+,\d+,-?\d+,\d+$/,
  /^Hostname +NTP +Drop Int IntL Last +(?:Cmd|NTS-KE) +Drop Int +Last/,
  // selectdata
  /^S Name\/IP Address +Auth COpts EOpts Last Score +Interval +Leap/,
  // serverstats, smoothing, rtcdata with -c
  /^\d+(?:,\d+){6,16}$/,
  /^(?:Yes|No),(?:\(leap second only\))?,?[+-]?\d+\.\d+(?:,[+-]?\d+\.\d+){4}$/,
  /^\d+\.\d+,\d+,\d+,\d+,-?\d+\.\d+,-?\d+\.\d+$/,
]

/** It is understood that they say nothing here. */
export const silentReports: Read = text => (KNOWN.some(one => one.test(text)) ? [] : undefined)
