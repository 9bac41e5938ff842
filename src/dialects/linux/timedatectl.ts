/**
 * `timedatectl`: its status in the words of systemd 219 ("NTP synchronized") and of later versions ("System clock
 * synchronized"), and `timedatectl show`. That it says "synchronized" proves little: it is the kernel's flag, which stays
 * for hours after a migration has made the clock wrong. That it says "no" counts.
 */
import { type Said, said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

/** By label, or by key of `show`: what it means that the value is this. */
const MEANS: Readonly<Record<string, (value: string) => readonly Said[]>> = {
  'Local time': () => [],
  'Universal time': () => [],
  'RTC time': () => [],
  'Time zone': () => [],
  Timezone: () => [],
  'NTP enabled': value => (value === 'no' ? [said('no-daemon')] : []),
  'NTP service': value => (value === 'inactive' ? [said('no-daemon')] : []),
  'Network time on': value => (value === 'no' ? [said('no-daemon')] : []),
  NTP: value => (value === 'no' ? [said('no-daemon')] : []),
  CanNTP: () => [],
  'NTP synchronized': synchronised,
  'System clock synchronized': synchronised,
  'systemd-timesyncd.service active': value => (value === 'no' ? [said('no-daemon')] : []),
  NTPSynchronized: synchronised,
  'RTC in local TZ': inLocalTime,
  LocalRTC: inLocalTime,
  'DST active': () => [],
  TimeUSec: () => [],
  RTCTimeUSec: () => [],
}
const STATUS = /^\s*([\w .-]+): (.+)$/
const SHOW = /^(Timezone|LocalRTC|CanNTP|NTP|NTPSynchronized|TimeUSec|RTCTimeUSec)=(.*)$/

export const timedatectl = reportFormat({
  name: 'timedatectl',
  daemon: 'other',
  open: () => text => {
    const match = STATUS.exec(text) ?? SHOW.exec(text)
    if (!match || !Object.hasOwn(MEANS, match[1]!)) return undefined
    return MEANS[match[1]!]!(match[2]!.trim())
  },
})

function synchronised(value: string): readonly Said[] {
  return [said(value === 'yes' ? 'synchronised' : 'unsynchronised')]
}

function inLocalTime(value: string): readonly Said[] {
  return value === 'yes' ? [said('rtc-in-local-time')] : []
}
