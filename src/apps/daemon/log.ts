/**
 * The agent's log: one line for each change that a person should know of, never one for each sample. Under systemd a
 * priority goes in front (sd-daemon), elsewhere a time.
 */
import { duration, rfc3339, signed } from '#core/time/format.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { printable } from '#report/table.ts'

/** Syslog priorities. */
const PRIORITY = { error: 3, warning: 4, notice: 5, info: 6 } as const
export type Level = keyof typeof PRIORITY

const underSystemd = Boolean(process.env.JOURNAL_STREAM)

export function log(level: Level, text: string): void {
  const head = underSystemd
    ? `<${PRIORITY[level]}>`
    : `${rfc3339((BigInt(Date.now()) * 1_000_000n) as never, 0)} `
  process.stderr.write(`${head}${printable(text)}\n`)
}

/** The line for a record, for those kinds that change something. */
export function logRecord(record: TraceRecord): void {
  switch (record.kind) {
    case 'step': {
      const who = record.by === 'us' ? 'this agent' : 'somebody else'
      return log(
        'warning',
        `the clock was set by ${who}: ${signed(record.size)} ± ${duration(record.uncertainty)}`,
      )
    }
    case 'disruption': {
      const lost =
        record.lost === undefined ? '' : `, ${duration(record.lost)} lost ± ${duration(record.uncertainty)}`
      return log('warning', `${record.what} (noticed by ${record.witness})${lost}`)
    }
    case 'recovered':
      return log('notice', `recovered ${duration(record.after)} after it was noticed by ${record.witness}`)
    case 'notice':
      return log('notice', `${record.name}: ${record.text}`)
    default:
      return
  }
}
