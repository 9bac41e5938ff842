import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

const told = (...lines: string[]) =>
  lint([{ path: 'etc/chrony.conf', text: `pool ntp.example iburst\n${lines.join('\n')}\n` }])
    .filter(({ name, what }) => name === 'wrong-values' && what.includes('lock'))
    .map(({ severity, evidence, remedy }) => [severity, evidence[0]!.line, remedy.edits?.[0]?.text])

test('a pulse that is locked to a refclock that is not there', () => {
  expect(told('refclock PPS /dev/pps0 lock NMEA')).toEqual([['warning', 2, undefined]])
  expect(told('refclock PPS /dev/pps0 refid NMEA lock NMEA')).toEqual([['warning', 2, undefined]])
  expect(told('refclock SHM 0 refid GPS', 'refclock PPS /dev/pps0 lock NMEA')).toEqual([
    ['warning', 3, undefined],
  ])
  expect(told('refclock SHM 0 refid NMEA', 'refclock PPS /dev/pps0 lock nmea')).toEqual([
    ['warning', 3, 'refclock PPS /dev/pps0 lock NMEA'],
  ])
})

test.each([
  [['refclock SHM 0 refid NMEA', 'refclock PPS /dev/pps0 lock NMEA']],
  [['refclock PPS /dev/pps0 lock GPS', 'refclock SHM 0 refid GPS']],
  // By the driver and its place.
  [['refclock SHM 0 offset 0.1', 'refclock PPS /dev/pps0 lock SHM0']],
  [['refclock PPS /dev/pps0 lock SHM1', 'refclock SHM 0']],
  [['refclock PPS /dev/pps0 refid PPS local']],
  [['refclock PPS /dev/pps0 refid PPS']],
  [['refclock PPS /dev/pps0 lock NMEA', 'include /etc/chrony/gps.conf']],
])('%j is right', lines => expect(told(...lines)).toEqual([]))
