/**
 * What sets the clock beside a daemon that has nobody to follow is all that does, and no plan takes it out: a cron job, VMware Tools, or
 * another daemon.
 */
import { describe, expect, test } from 'vitest'
import type { KernelClock } from '#core/guest/facts.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { actionsOf } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import type { LiveFacts } from './subject.ts'

type Members = Readonly<Record<string, Member>>

const process = (pid: number, comm: string, command: string): Members => ({
  [`proc/${pid}/comm`]: `${comm}\n`,
  [`proc/${pid}/cmdline`]: `${command.replaceAll(' ', '\0')}\0`,
  [`proc/${pid}/status`]: `Name:\t${comm}\nPid:\t${pid}\nPPid:\t1\n`,
})
const SOURCES = 'server a.example iburst\nserver b.example iburst\nserver c.example iburst\n'
const guest = (conf: string): Members => ({
  'sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n',
  'usr/sbin/chronyd': '',
  'etc/chrony.conf': `${conf}makestep 1 -1\nrtcsync\n`,
  'usr/lib/systemd/system/chronyd.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
  ...process(1, 'systemd', '/usr/lib/systemd/systemd'),
  ...process(700, 'chronyd', '/usr/sbin/chronyd'),
})
const listing = (...rows: readonly string[]): Members => ({
  'sos_commands/chrony/chronyc_-n_sources': `MS Name/IP address         Stratum Poll Reach LastRx Last sample
===============================================================================
${rows.join('\n')}
`,
})
const SILENT = '^? 10.0.0.2                      0  10     0     -     +0ns[   +0ns] +/-    0ns'
const HEARD = '^* 10.0.0.1                      2   6   377    12   +190us[ +200us] +/-   13ms'

const JOB: Members = { 'etc/cron.d/time': '*/30 * * * * root /usr/sbin/ntpdate -u 192.0.2.9\n' }
const TOOLS: Members = {
  'usr/bin/vmtoolsd': '',
  ...process(900, 'vmtoolsd', '/usr/bin/vmtoolsd'),
  'sos_commands/vmware/vmware-toolbox-cmd_timesync_status': 'Enabled\n',
}
const TIMESYNCD: Members = {
  'usr/lib/systemd/systemd-timesyncd': '',
  'etc/systemd/timesyncd.conf': '[Time]\nNTP=a.example b.example\n',
  'usr/lib/systemd/system/systemd-timesyncd.service':
    '[Service]\nExecStart=/usr/lib/systemd/systemd-timesyncd\n',
  ...process(600, 'systemd-timesyn', '/usr/lib/systemd/systemd-timesyncd'),
}

const KERNEL: KernelClock = {
  frequency: 0,
  offset: 0,
  maxError: 16,
  estError: 16,
  synchronised: false,
  leap: 'none',
  taiOffset: undefined,
  status: [],
}

function look(members: Members, live?: LiveFacts) {
  const files = memoryFiles(members)
  const inventory = takeInventory(files)
  const subject = { inventory, live, prospect: undefined }
  return checkMachine(subject, lintMachine(inventory, files)).filter(({ name }) =>
    ['two-daemons', 'tools-sync-beside-daemon'].includes(name),
  )
}

const ADRIFT: readonly (readonly [string, Members])[] = [
  ['asks nobody', guest('')],
  ['has the key of none of its sources', guest(SOURCES.replaceAll('iburst', 'iburst key 5'))],
  ['heard nobody', { ...guest(SOURCES), ...listing(SILENT, SILENT.replace('.2 ', '.3 ')) }],
  [
    'found no address',
    { ...guest(SOURCES), 'sos_commands/chrony/chronyc_activity': '3 sources with unknown address\n' },
  ],
]

describe.each(ADRIFT)('beside chronyd that %s', (_, machine) => {
  test.each([
    ['a job', JOB, 'two-daemons'],
    ['VMware Tools', TOOLS, 'tools-sync-beside-daemon'],
  ])('%s is not taken out', (_, beside, name) => {
    const found = look({ ...machine, ...beside })
    expect(found).toMatchObject([{ name, severity: 'warning', remedy: { changes: [] } }])
    expect(found.flatMap(actionsOf)).toEqual([])
    expect(found[0]!.what).toMatch(/^Only .* sets this clock: chronyd, beside it, has nobody to follow\.$/)
    expect(found[0]!.remedy.text).toContain('give it sources that it reaches first')
  })
  test('the daemon that has sources is kept', () => {
    const [found] = look({ ...machine, ...TIMESYNCD })
    expect(found!.remedy.text).toContain('Keep one: systemd-timesyncd. chronyd has nobody to follow.')
    expect(actionsOf(found!)).toMatchObject([{ kind: 'stop', daemon: 'chronyd' }])
  })
})

describe.each<readonly [string, Members]>([
  ['has sources', guest(SOURCES)],
  ['heard one', { ...guest(SOURCES), ...listing(HEARD, SILENT) }],
  ['is handed servers by DHCP', guest('sourcedir /run/chrony-dhcp\n')],
])('beside chronyd that %s', (_, machine) => {
  test.each([
    ['a job', JOB],
    ['VMware Tools', TOOLS],
  ])('%s is one too many', (_, beside) => {
    const found = look({ ...machine, ...beside })
    expect(found).toMatchObject([{ severity: 'critical' }])
    expect(actionsOf(found[0]!)).not.toEqual([])
  })
  test('chronyd is kept', () => {
    expect(look({ ...machine, ...TIMESYNCD })[0]!.remedy.text).toContain('Keep one: chronyd.')
  })
})

test('systemd-timesyncd that waits in vain is none to keep', () => {
  const vain = 'Timed out waiting for reply from 192.0.2.1:123 (a.example).'
  const log = Array.from(Array(6), (_, nth) => `Nov 16 00:0${nth}:11 web systemd-timesyncd[600]: ${vain}\n`)
  const machine = { ...process(1, 'systemd', '/usr/lib/systemd/systemd'), ...TIMESYNCD, ...JOB }
  expect(look(machine).flatMap(actionsOf)).not.toEqual([])
  const [found] = look({ ...machine, 'var/log/syslog': log.join('') })
  expect(found!.what).toContain('systemd-timesyncd, beside it, has nobody to follow')
  expect(actionsOf(found!)).toEqual([])
})

test('with two daemons that ask nobody the job stays, too', () => {
  const [found] = look({
    ...guest(''),
    ...JOB,
    'etc/ntp.conf': 'driftfile /var/lib/ntp/drift\n',
    'usr/sbin/ntpd': '',
    'usr/lib/systemd/system/ntpd.service': '[Service]\nExecStart=/usr/sbin/ntpd\n',
    ...process(600, 'ntpd', '/usr/sbin/ntpd'),
  })
  expect(found!.remedy.text).toContain('chronyd has nobody to follow')
  expect(actionsOf(found!)).toMatchObject([{ kind: 'stop', daemon: 'ntpd' }])
})

test.each([
  [false, false, 'warning'],
  [true, false, 'critical'],
  // It had heard them until now, or another way.
  [false, true, 'critical'],
])('its sources answer here: %s, the kernel calls its clock right: %s', (answers, synchronised, severity) => {
  const [found] = look(
    { ...guest(SOURCES), ...JOB },
    {
      offset: undefined,
      bound: undefined,
      sources: ['a.example', 'b.example'].map(name => ({
        name,
        address: name,
        answers,
        why: undefined,
        offset: undefined,
        bound: undefined,
      })),
      hostClock: undefined,
      kernelClock: { ...KERNEL, synchronised },
    },
  )
  expect(found!.severity).toBe(severity)
})
