/** A daemon that does not run, and whose log says that it ended itself: that is the cause, and no matter of the future. */
import { describe, expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { toldByLog } from './own-log.ts'

const machine = (daemon: 'ntpd' | 'chronyd', log: readonly string[]) =>
  memoryFiles({
    'sys/class/dmi/id/sys_vendor': 'QEMU\n',
    'proc/cpuinfo': 'flags : fpu hypervisor\n',
    [`usr/sbin/${daemon}`]: '',
    'etc/ntp.conf':
      'driftfile /var/lib/ntp/drift\nserver a.example iburst\nserver b.example\nserver c.example\n',
    'etc/chrony.conf': 'server a.example\nserver b.example\nserver c.example\nmaxchange 1000 1 2\n',
    [`usr/lib/systemd/system/${daemon}.service`]: `[Service]\nExecStart=/usr/sbin/${daemon} -g\n`,
    [`etc/systemd/system/multi-user.target.wants/${daemon}.service`]: {
      link: `/usr/lib/systemd/system/${daemon}.service`,
    },
    'proc/1/comm': 'systemd\n',
    'proc/1/cmdline': '/usr/lib/systemd/systemd\0',
    'var/log/messages': log.map(line => `${line}\n`).join(''),
  })

function look(daemon: 'ntpd' | 'chronyd', log: readonly string[]) {
  const files = machine(daemon, log)
  const inventory = takeInventory(files)
  const subject = { inventory, live: undefined, prospect: undefined, told: toldByLog(files) }
  const found = checkMachine(subject, lintMachine(inventory, files))
  return (name: string) => found.find(each => each.name === name)
}

describe.each([
  [
    'ntpd',
    'ntpd[1402]: 0.0.0.0 0617 07 panic_stop -7201 s; set clock manually within 1000 s.',
    '7201 s (2.0 h) ahead',
  ],
  [
    'ntpd',
    'ntpd[1402]: time correction of 7201 seconds exceeds sanity limit (1000); set clock manually to the correct UTC time.',
    '7201 s (2.0 h) behind',
  ],
  [
    'chronyd',
    'chronyd[700]: Adjustment of 7201.123456 seconds exceeds the allowed maximum of 1000.000000 seconds (exiting)',
    '7201.1 s (2.0 h) behind',
  ],
] as const)('%s: %s', (daemon, said, off) => {
  const log = [`Nov 15 22:44:19 a ${said}`]

  test('is why it does not run', () => {
    const { causes, evidence } = look(daemon, log)('daemon-not-running')!
    expect(causes[0]).toEqual({ what: `it ended itself: the clock was ${off}`, why: 'its log says so' })
    expect(evidence[0]).toEqual({ path: '/var/log/messages', line: 1, text: log[0] })
  })

  test('has happened, and is to be prevented', () => {
    const ahead = look(daemon, log)('panic-exit-ahead')!
    expect(ahead.what).toContain(`It has done so: the clock was ${off}.`)
    expect(ahead.evidence[0]?.line).toBe(1)
    expect(ahead.evidence.length).toBeGreaterThan(1)
  })

  test('is over where it was started since then', () => {
    const started =
      daemon === 'ntpd'
        ? 'ntpd 4.2.6p5@1.2349-o Tue Mar 14 10:12:11 UTC 2023 (1)'
        : 'chronyd version 4.5 starting (+CMDMON)'
    const found = look(daemon, [...log, `Nov 15 23:00:00 a ${daemon}[7]: ${started}`])
    expect(found('daemon-not-running')?.causes[0]?.what).toMatch(/^it was stopped/)
    expect(found('panic-exit-ahead')?.what).not.toContain('It has done so')
  })
})
