/** What systemd says of the services that keep a clock, of versions 219 to 257: that they ended, in order or not. */
import type { Daemon } from '#core/trace/series.ts'
import { type Said, said } from '../log/said.ts'

const UNITS: Readonly<Record<string, Daemon>> = {
  chrony: 'chrony',
  chronyd: 'chrony',
  ntp: 'ntpd',
  ntpd: 'ntpd',
  ntpsec: 'ntpd',
  'systemd-timesyncd': 'timesyncd',
}
/** Before 249 units were called by what they are described as alone. */
const DESCRIBED: Readonly<Record<string, Daemon>> = {
  'NTP client/server': 'chrony',
  'chrony, an NTP client/server': 'chrony',
  'Network Time Service': 'ntpd',
  'LSB: Start NTP daemon': 'ntpd',
  'Network Time Synchronization': 'timesyncd',
}
const OF_UNIT =
  /^([a-z-]+)\.service: (?:Main \w+ exited, |Deactivated successfully|Succeeded\.|Failed with result )/
const STOPPED = /^Stopped (?:([a-z-]+)\.service(?:\.| - )|([\w, :/]{1,60})\.$)/

/** Undefined when it means nothing here. */
export function readUnitMessage(message: string): Said | undefined {
  const match = OF_UNIT.exec(message) ?? STOPPED.exec(message)
  const daemon = match && (UNITS[match[1] ?? ''] ?? DESCRIBED[match[2] ?? ''])
  return daemon ? { ...said('ended'), daemon } : undefined
}
