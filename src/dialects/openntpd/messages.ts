/**
 * The messages of OpenNTPD's log (ntpd.c, ntp.c of the portable release). Both of its processes call themselves ntpd. What it
 * adjusts has the sign of the house; it hands that to adjtime, which slews, and says so again while some of it is left.
 */
import { type Said, said } from '../log/said.ts'

const SENTENCES: readonly (readonly [RegExp, (match: RegExpExecArray) => Said])[] = [
  [/^ntp engine ready/, () => said('started')],
  [/^adjusting local clock by (-?\d+\.\d+)s/, m => said('offset-found', { size: Number(m[1]) })],
  [/^set local clock to .{1,40} \(offset (-?\d+\.\d+)s\)/, m => said('stepped', { size: Number(m[1]) })],
  [/^peer (\S+) now valid/, m => said('reachable', { source: m[1] })],
  [/^peer (\S+) now invalid/, m => said('unreachable', { source: m[1] })],
  [/^clock is now synced/, () => said('synchronised')],
  [/^clock is now unsynced/, () => said('no-source')],
]

/** Undefined when it means nothing here. */
export function readMessage(message: string): Said | undefined {
  for (const [pattern, read] of SENTENCES) {
    const match = pattern.exec(message)
    if (match) return read(match)
  }
  return undefined
}
