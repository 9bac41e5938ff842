/** What systemd, of versions 219 to 257, and the kernel say of the services that keep a clock: that they ended, in order or not. */
import type { Daemon } from '#core/trace/series.ts'
import { type Said, said } from '../log/said.ts'
import { readKernelMessage, SINCE_BOOT } from './kernel-messages.ts'

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
  return daemon ? endOf(daemon) : undefined
}

/** As the kernel calls them, in fifteen letters. */
const COMMANDS: Readonly<Record<string, Daemon>> = {
  chronyd: 'chrony',
  ntpd: 'ntpd',
  'systemd-timesyn': 'timesyncd',
}
const KILLED = /^(?:.*: )?Killed \w+ \d+ \(([\w-]+)\)/
const CRASHED = /^([\w-]+)\[\d+\]: segfault at/

/** In a system log; `dmesg` alone does not show that it was started again. */
export function readKernelInLog(line: string): Said | undefined {
  const message = line.replace(SINCE_BOOT, '')
  const daemon = COMMANDS[(KILLED.exec(message) ?? CRASHED.exec(message))?.[1] ?? '']
  return daemon ? endOf(daemon) : readKernelMessage(line)
}

const endOf = (daemon: Daemon): Said => ({ ...said('ended'), daemon })
