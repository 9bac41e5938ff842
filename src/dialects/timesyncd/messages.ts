/**
 * What systemd-timesyncd says in the journal at its usual level. That it steps the clock, and by how much, it says at debug
 * level only (`adjust (jump)`), so most journals do not show it. That at its start the clock was before the moment it had
 * saved is no event: so is any machine without a clock of its own. Words of systemd 219 to 257 (timesyncd-manager.c).
 */
import { type Said, said } from '../log/said.ts'

const SENTENCES: readonly (readonly [RegExp, (match: RegExpExecArray) => Said])[] = [
  [/^Contacted time server (\S+)/, m => said('selected', { source: address(m[1]!) })],
  [
    /^(?:Initial s|S)ynchroni[sz](?:ation|ed) to time server (\S+)/,
    m => said('selected', { source: address(m[1]!) }),
  ],
  [/^Using NTP server (\S+)/, m => said('source-added', { source: address(m[1]!) })],
  [/^Timed out waiting for reply from (\S+)/, m => said('unreachable', { source: address(m[1]!) })],
  [/^(?:Initial clock synchronization to|System clock synchronized) /, () => said('synchronised')],
  [/^Failed to resolve (\S+?):? /, m => said('unreachable', { source: m[1] })],
  [/^(?:Starting Network Time Sync|Network configuration changed, trying)/, () => said('connecting')],
  [/^Server has too large root distance/, () => said('no-source')],
  [/^No network connectivity/, () => said('no-source')],
  [/^ *adjust \(jump\): ([+-]\d+\.\d+) sec/, m => said('stepped', { size: Number(m[1]) })],
  [/^ *adjust \(slew\): ([+-]\d+\.\d+) sec/, m => said('slew-begun', { size: Number(m[1]) })],
]

/** Undefined when it means nothing here. */
export function readMessage(message: string): Said | undefined {
  for (const [pattern, read] of SENTENCES) {
    const match = pattern.exec(message)
    if (match) return read(match)
  }
  return undefined
}

/** `192.0.2.1:123`, `[2001:db8::1]:123`. */
const address = (text: string): string => text.replace(/^\[([^\]]+)\]:\d+$|^([\d.]+):\d+$/, '$1$2')
