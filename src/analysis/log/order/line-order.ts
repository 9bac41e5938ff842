/** What came first of two words of a daemon: by their lines, for where a clock was set stamps do not tell. */
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import type { HostLog } from '../host-log.ts'

export interface Placed {
  readonly at: Seconds
  readonly file: number
  readonly line: number
}

/** `order`: of the lines. */
export const isBefore = (a: Placed, b: Placed, order: number): boolean =>
  a.file === b.file ? order * a.line < order * b.line : a.at < b.at

/** -1 where the last line is the first, as `journalctl -r` prints them. */
export function orderOf(log: HostLog, daemon: Daemon): number {
  const words = log.events.all
    .filter(event => event.daemon === daemon)
    .sort((a, b) => a.file - b.file || a.line - b.line)
  const onwards = words
    .slice(1)
    .reduce((sum, { at, file }, i) => sum + (file === words[i]!.file ? Math.sign(at - words[i]!.at) : 0), 0)
  return onwards < 0 ? -1 : 1
}
