/**
 * `timedatectl timesync-status` of systemd 239 and later: labels before a colon, times as systemd prints them (`34min 8s`,
 * `+1.234ms`). The offset has the sign of the house.
 */
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const SERVER = /^ *Server: (\S{1,255}) \((.{0,255})\)$/
const LINE = /^ *([A-Z][A-Za-z ]{1,14}): (.+)$/
const SILENT = [
  'Poll interval',
  'Version',
  'Reference',
  'Precision',
  'Root distance',
  'Delay',
  'Jitter',
  'Frequency',
]
const UNITS: Readonly<Record<string, number>> = {
  h: 3600,
  min: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
}
const SPAN = /^([+-]?)((?:\d+(?:\.\d+)?(?:h|min|s|ms|us|μs|ns) ?){1,5})$/
const PART = /(\d+(?:\.\d+)?)(h|min|s|ms|us|μs|ns)/g

export const timesyncStatus = reportFormat({
  name: 'timedatectl timesync-status',
  daemon: 'timesyncd',
  open() {
    let source: string | undefined
    return text => {
      const server = SERVER.exec(text)
      if (server) {
        source = server[1]
        return source === 'n/a' ? [] : [said('selected', { source })]
      }
      const line = source === undefined ? null : LINE.exec(text)
      if (!line) return undefined
      const [, label, value] = line as unknown as [string, string, string]
      if (SILENT.includes(label)) return []
      switch (label) {
        case 'Leap':
          return value === 'not synchronized' ? [said('unsynchronised')] : [said('synchronised')]
        // It names the server that it asks, whether that has answered or not.
        case 'Packet count':
          return value === '0' ? [said('unreachable', { source })] : []
        case 'Stratum':
          return [said('stratum-now', { size: Number(value) })]
        case 'Offset': {
          const offset = readSpan(value)
          return offset === undefined ? undefined : [said('offset-now', { size: offset })]
        }
        default:
          return undefined
      }
    }
  },
})

function readSpan(text: string): number | undefined {
  const match = SPAN.exec(text)
  if (!match) return text === '0' ? 0 : undefined
  let sum = 0
  for (const [, amount, unit] of match[2]!.matchAll(PART)) sum += Number(amount) * UNITS[unit!]!
  return match[1] === '-' ? -sum : sum
}
