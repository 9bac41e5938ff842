/** What the log of a well set-up machine tells of steps is found, and what a daemon sets right as it starts is not. */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { toldByLog } from './own-log.ts'

type Members = Readonly<Record<string, Member>>

const guest = (log: readonly string[], vendor = 'QEMU'): Members => ({
  'sys/class/dmi/id/sys_vendor': `${vendor}\n`,
  'proc/cpuinfo': vendor === 'QEMU' ? 'flags : fpu hypervisor\n' : 'flags : fpu\n',
  'usr/sbin/chronyd': '',
  'etc/chrony.conf': 'pool 2.rhel.pool.ntp.org iburst\nmakestep 1 -1\nrtcsync\n',
  'usr/lib/systemd/system/chronyd.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
  'proc/700/comm': 'chronyd\n',
  'proc/700/cmdline': '/usr/sbin/chronyd\0',
  'var/log/messages': log.map(line => `${line}\n`).join(''),
})

function found(members: Members) {
  const files = memoryFiles(members)
  const inventory = takeInventory(files)
  const subject = { inventory, live: undefined, prospect: undefined, told: toldByLog(files) }
  return checkMachine(subject, lintMachine(inventory, files)).filter(({ name }) =>
    /^(?:vm-paused|stepped|wrong-at-start|frequency)/.test(name),
  )
}
const told = (members: Members) =>
  found(members)
    .filter(({ name }) => /^(?:vm-paused|stepped)/.test(name))
    .map(({ severity, name, measures }) => [`${severity} ${name}`, measures.steps, measures.largest])

const step = (time: string, size: number, pid = 700) =>
  `Nov 16 ${time} q chronyd[${pid}]: System clock was stepped by ${size.toFixed(6)} seconds`
const start = (time: string, pid = 700) =>
  `Nov 16 ${time} q chronyd[${pid}]: chronyd version 4.2 starting (+CMDMON +NTP)`

describe('a daemon that steps', () => {
  test('long after its start, in a guest', () => {
    const log = [start('02:00:00'), step('02:00:05', 3), step('05:11:14', 61.2), step('08:11:11', 60)]
    expect(told(guest(log))).toEqual([['warning vm-paused', 2, 61.2]])
    const [finding] = found(guest(log))
    expect(finding?.evidence.map(({ line }) => line)).toEqual([3, 4])
    expect(finding?.remedy.text).toContain('clockwright analyze')
  })

  test('and stopped days ago: that is a note, and says when the last one was', () => {
    const later = (day: number, time: string) => `Nov ${day} ${time} q cron[9]: (root) CMD (true)`
    const log = [start('02:00:00'), step('02:00:05', 3), step('05:11:14', 61.2), step('08:11:11', 60)]
    expect(told(guest([...log, later(18, '09:00:00')]))).toEqual([['warning vm-paused', 2, 61.2]])
    const [finding] = found(guest([...log, later(26, '08:11:11')]))
    expect([finding?.severity, finding?.what]).toEqual([
      'note',
      expect.stringContaining('The last was 10.0 d before the end of the log.'),
    ])
  })

  test('and stopped months ago, over what would be the end of a year', () => {
    const may = (line: string) => line.replace('Nov 16', 'May 16')
    const log = [start('02:00:00'), step('05:11:14', 61.2), step('08:11:11', 60)].map(may)
    const [finding] = found(guest([...log, 'Nov 16 08:11:11 q cron[9]: (root) CMD (true)']))
    expect([finding?.severity, finding?.what]).toEqual([
      'note',
      expect.stringContaining('The last was 184.0 d'),
    ])
  })

  test('and whose start the log does not hold: its first step may have been there', () => {
    const log = [step('02:11:09', 61.2), step('05:11:14', 64.1), step('08:11:11', 60)]
    expect(told(guest(log))).toEqual([['warning vm-paused', 2, 64.1]])
    expect(told(guest(log.slice(0, 1)))).toEqual([])
  })

  test.each([
    ['as it starts', [start('02:00:00'), step('02:00:05', 3600), step('02:10:00', 2)]],
    ['once for each start', [step('02:11:09', 61.2, 700), step('05:11:14', 64.1, 701)]],
    ['by what a clock may lose by itself', [start('02:00:00'), step('05:11:14', 0.4)]],
  ])('%s', (_, log) => expect(told(guest(log))).toEqual([]))

  test('on a real machine, and back', () => {
    const log = [start('02:00:00'), step('05:11:14', 61.2), step('08:11:11', -60)]
    expect(told(guest(log, 'Dell Inc.'))).toEqual([
      ['warning stepped-by-its-daemon', 1, 61.2],
      ['warning stepped-back', 1, -60],
    ])
  })

  test('beside a job that sets the clock: no pause is shown by that', () => {
    const log = [start('02:00:00'), step('05:11:14', 61.2)]
    const job = { 'etc/cron.d/time': '*/30 * * * * root /usr/sbin/rdate -s 192.0.2.9\n' }
    expect(told({ ...guest(log), ...job })).toEqual([['warning stepped-by-its-daemon', 1, 61.2]])
  })
})

describe('the log that holds the steps', () => {
  const OLD = [start('02:00:00'), step('05:11:14', 61.2), step('08:11:11', 60)].map(line => `${line}\n`)
  const TODAY = ['Nov 17 00:00:03 q systemd[1]: Started x.']
  const rotated = (members: Members) => found({ ...guest(TODAY), ...members })

  test.each(['messages-20261117', 'messages.1', 'messages-20261117.gz', 'messages.2.gz'])('%s', name => {
    const [finding] = rotated({ [`var/log/${name}`]: OLD.join('') })
    expect(finding).toMatchObject({ name: 'vm-paused', measures: { steps: 2 } })
    expect(finding!.evidence[0]).toMatchObject({ path: `/var/log/${name}`, line: 2 })
  })

  test('several are read in the order in which they were written', () => {
    const three = (names: readonly string[]) =>
      rotated(Object.fromEntries(names.map((name, nth) => [`var/log/${name}`, OLD[nth]!])))
    for (const names of [
      ['messages.10', 'messages.2', 'messages.1'],
      ['messages-20261101.gz', 'messages-20261108', 'messages-20261115'],
    ])
      expect(three(names)[0]?.evidence.map(({ path }) => path)).toEqual(
        names.slice(1).map(name => `/var/log/${name}`),
      )
  })

  test('and no more of them than are soon read', () => {
    const behind = (lines: number) =>
      rotated({
        'var/log/messages.1': `${'x'.repeat(1023)}\n`.repeat(lines),
        'var/log/messages.2': OLD.join(''),
      })
    expect(behind(8 << 10)).toHaveLength(1)
    expect(behind(16 << 10)).toEqual([])
    expect(behind(17 << 10)).toEqual([])
  })

  test('one that is no part of the log', () =>
    expect(rotated({ 'var/log/messages-old': OLD.join(''), 'var/log/messages.save': OLD.join('') })).toEqual(
      [],
    ))

  test('is that of the unit, which a sosreport has beside what chronyc printed', () => {
    const path = 'sos_commands/chrony/journalctl_--no-pager_--unit_chronyd'
    expect(rotated({ [path]: OLD.join('') })).toMatchObject([{ name: 'vm-paused', measures: { steps: 2 } }])
  })
})

describe('somebody', () => {
  const noticed = [9, 10, 11, 12, 13].map(
    day => `Nov ${day} 01:30:10 q chronyd[700]: Forward time jump detected!`,
  )

  test('who sets it at the same time each day', () => {
    const [finding, ...more] = found(guest(noticed))
    expect(more).toEqual([])
    expect(finding).toMatchObject({ name: 'stepped-by-someone-else', severity: 'warning' })
    expect(finding?.what).toContain('24.0 h')
  })

  test('who does so now and then may be anybody', () => expect(told(guest(noticed.slice(0, 2)))).toEqual([]))

  test('is nobody where the daemon says that it was itself', () => {
    const both = [9, 10, 11, 12, 13].flatMap(day => [
      `Nov ${day} 01:30:10 q chronyd[700]: System clock was stepped by 61.000000 seconds`,
      `Nov ${day} 01:30:11 q systemd[1]: Time has been changed`,
    ])
    expect(told(guest(both))).toEqual([['warning vm-paused', 4, 61]])
  })
})

describe('as `analyze` tells it of the same log', () => {
  const clock = (at: number) => new Date(at * 1e3).toISOString().slice(11, 19)

  test('a step of hours by which a boot with a wrong hardware clock is put right is no pause, though its stamp is hours later', () => {
    const log = [start('03:00:09'), step('08:00:15', 18000.1)]
    const [finding, ...more] = found(guest(log))
    expect(more).toEqual([])
    expect(finding).toMatchObject({ name: 'wrong-at-start', severity: 'warning' })
    expect(finding?.what).toContain('at Nov 16 08:00:15, the clock was 18000 s (5.0 h) behind')
    expect(finding?.evidence).toEqual([{ path: '/var/log/messages', line: 2, text: log[1] }])
  })

  test('the next boot will be no better, unless the hardware clock was seen to be right', () => {
    const log = [start('03:00:09'), step('08:00:15', 18000.1)]
    const severities = (more: Members) => found({ ...guest(log), ...more }).map(({ severity }) => severity)
    const printed = (rtc: string): Members => ({
      'sos_commands/systemd/timedatectl': `  Universal time: Fri 2026-11-20 10:11:12 UTC\n        RTC time: Fri 2026-11-20 ${rtc}\n       Time zone: Etc/UTC (UTC, +0000)\n`,
    })
    expect(severities(printed('10:11:12'))).toEqual(['note'])
    expect(severities(printed('05:11:12'))).toEqual(['warning'])
    expect(found(guest([start('03:00:09'), step('03:10:05', 590)])).map(({ severity }) => severity)).toEqual([
      'note',
    ])
  })

  test('whoever has rtcsync is not told to add it', () => {
    const log = [start('03:00:09'), step('08:00:15', 18000.1)]
    const changes = (members: Members) => found(members)[0]?.remedy.changes.join('; ')
    expect(changes(guest(log))).not.toContain('rtcsync')
    const conf = 'pool 2.rhel.pool.ntp.org iburst\nmakestep 1 -1\n'
    expect(changes({ ...guest(log), 'etc/chrony.conf': conf })).toContain('rtcsync')
  })

  test('seconds that a hardware clock drifts by are not told', () =>
    expect(found(guest([start('03:00:09'), step('03:00:35', 20)]))).toEqual([]))

  const often = (count: number, from = 7200) =>
    Array.from({ length: count }, (_, i) => step(clock(from + i * 1140), -1.17 - i * 1e-4)).map(line =>
      line.replace(/chronyd.*stepped by (-[\d.]+) seconds/, 'ntpd[700]: time reset $1 s'),
    )
  const gaining: Members = {
    ...guest(often(31)),
    'proc/700/comm': 'ntpd\n',
    'proc/700/cmdline': '/usr/sbin/ntpd\0-g\0',
    'sys/devices/system/clocksource/clocksource0/current_clocksource': 'tsc\n',
  }

  test('a clock that its daemon sets back each 19 minutes gains: nobody sets it forward', () => {
    const [finding, ...more] = found(gaining)
    expect(more).toEqual([])
    expect(finding).toMatchObject({ name: 'frequency-far-off', severity: 'critical' })
    expect(finding?.measures.frequencyError).toBeCloseTo(1.028e-3, 5)
    expect(finding?.remedy.text).toContain('kvm-clock')
    expect(finding?.evidence[0]).toMatchObject({ path: '/var/log/messages', line: 1 })
  })

  test('unless two days without it show that this is over, or the log is that of several machines', () => {
    const later = 'Nov 18 09:00:00 q ntpd[700]: synchronized to 192.0.2.1, stratum 2\n'
    const lines = `${gaining['var/log/messages']}`
    const names = (text: string) => found({ ...gaining, 'var/log/messages': text }).map(({ name }) => name)
    expect(names(lines + later)).toEqual(['stepped-back'])
    const others = lines.replace(
      /^(.*) q (.*)$/gm,
      '$1 q $2\n$1 other ntpd[9]: synchronized to 192.0.2.1, stratum 2',
    )
    expect(names(others)).not.toContain('frequency-far-off')
  })

  test('ntpd says that the clock is further off than it corrects', () => {
    const said = 'Nov 16 03:14:11 q ntpd[700]: frequency error -512 PPM exceeds tolerance 500 PPM\n'
    expect(found({ ...gaining, 'var/log/messages': said }).map(({ name }) => name)).toEqual([
      'frequency-saturated',
    ])
  })
})
