/**
 * `timedatectl`: its status in the words of systemd 219 ("NTP synchronized") and of later versions ("System clock
 * synchronized"), and `timedatectl show`. That it says "synchronized" proves little: it is the kernel's flag, which stays
 * for hours after a migration has made the clock wrong. That it says "no" counts.
 */
import { dayNumber } from '#core/time/civil.ts'
import { type Said, said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

/** By label, or by key of `show`: what it means that the value is this. */
const MEANS: Readonly<Record<string, (value: string) => readonly Said[]>> = {
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
}
const STATUS = /^\s*([\w .-]+): (.+)$/
const SHOW = /^(Timezone|LocalRTC|CanNTP|NTP|NTPSynchronized|TimeUSec|RTCTimeUSec)=(.*)$/

export const timedatectl = reportFormat({
  name: 'timedatectl',
  daemon: 'other',
  open() {
    /** Of the system clock, in the zone in which the RTC is printed then. */
    let system: number | undefined
    return text => {
      const match = STATUS.exec(text) ?? SHOW.exec(text)
      if (!match) return undefined
      const [, label, value] = match as unknown as string[]
      const time = readTime(value!)
      switch (label) {
        case 'Local time':
          return time === undefined ? [] : [said('clock-read', { size: time })]
        case 'Universal time':
        case 'TimeUSec':
          system = time
          return []
        case 'RTC time':
        case 'RTCTimeUSec':
          return time === undefined || system === undefined
            ? []
            : [said('rtc-behind', { size: system - time })]
      }
      return Object.hasOwn(MEANS, label!) ? MEANS[label!]!(value!.trim()) : undefined
    }
  },
})

const TIME = /(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)/

function readTime(text: string): number | undefined {
  const match = TIME.exec(text)
  if (!match) return undefined
  const [year, month, day, hours, minutes, seconds] = match.slice(1).map(Number) as number[]
  return dayNumber(year!, month!, day!) * 86_400 + hours! * 3600 + minutes! * 60 + seconds!
}

function synchronised(value: string): readonly Said[] {
  return [said(value === 'yes' ? 'synchronised' : 'unsynchronised')]
}

function inLocalTime(value: string): readonly Said[] {
  return value === 'yes' ? [said('rtc-in-local-time')] : []
}
