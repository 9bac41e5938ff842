/**
 * Jobs that have VMware Tools set the clock: whoever switches it off by hand finds it on again. And Tools that are told to set it, and
 * were not seen to run.
 */
import { describe, expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { planRepair } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'
import { whoSetsTheClock } from './setters.ts'

const ON = '/usr/bin/vmware-toolbox-cmd timesync enable'
const guest: Readonly<Record<string, Member>> = {
  'sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n',
  'usr/sbin/chronyd': '',
  'usr/bin/vmtoolsd': '',
  'etc/chrony.conf': 'pool a iburst\nmakestep 1 -1\n',
  'usr/lib/systemd/system/chronyd.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
  'etc/systemd/system/multi-user.target.wants/chronyd.service': {
    link: '/usr/lib/systemd/system/chronyd.service',
  },
}

function look(members: Readonly<Record<string, Member>>, machine = guest) {
  const all: Record<string, Member> = { ...machine, ...members }
  const files = memoryFiles(all)
  const inventory = takeInventory(files)
  const findings = checkMachine(
    { inventory, live: undefined, prospect: undefined },
    lintMachine(inventory, files),
  ).filter(({ name }) => name === 'tools-sync-beside-daemon' || name === 'two-daemons')
  return {
    inventory,
    findings,
    plan: planRepair(findings, inventory, {
      content: path => ({ kind: 'read', bytes: String(all[path.slice(1)]) }),
      live: true,
      services: 'systemd',
    }),
  }
}

test.each<[what: string, members: Readonly<Record<string, Member>>]>([
  ['cron', { 'etc/cron.d/tools': `*/30 * * * * root ${ON}\n` }],
  ['the start of the machine', { 'etc/rc.local': `#!/bin/sh\n${ON}\n` }],
  [
    'cron, after somebody had switched it off',
    {
      'etc/cron.d/tools': `*/30 * * * * root ${ON}\n`,
      'sos_commands/vmware/vmware-toolbox-cmd_timesync_status': 'Disabled\n',
    },
  ],
])('%s switches it on', (_, members) => {
  const { findings, inventory } = look(members)
  expect(findings).toMatchObject([{ name: 'tools-sync-beside-daemon', severity: 'critical' }])
  expect(findings[0]!.causes[0]!.what).toMatch(/^a job switches it on/)
  const tools = whoSetsTheClock(inventory).find(({ name }) => name === 'vmtoolsd')
  expect(tools).toMatchObject({ how: 'periodically' })
  expect(tools!.evidence[0]!.path).toMatch(/^\/etc\/(?:cron\.d\/tools|rc\.local)$/)
})

describe('nothing does', () => {
  test.each<[what: string, members: Readonly<Record<string, Member>>]>([
    [
      'where it is switched off',
      { 'etc/cron.d/tools': '0 * * * * root vmware-toolbox-cmd timesync disable\n' },
    ],
    [
      'where their own file forbids it',
      {
        'etc/cron.d/tools': `0 * * * * root ${ON}\n`,
        'etc/vmware-tools/tools.conf': '[timeSync]\ndisable-all=true\n',
      },
    ],
    [
      'where it was switched off after the start',
      {
        'etc/rc.local': `#!/bin/sh\n${ON}\n`,
        'sos_commands/vmware/vmware-toolbox-cmd_timesync_status': 'Disabled\n',
      },
    ],
  ])('%s', (_, members) => expect(look(members).inventory.tools[0]?.setsTime?.value).not.toBe('periodically'))
})

test('the plan takes the job out before it switches the synchronisation off', () => {
  const { plan } = look({ 'etc/cron.d/tools': `MAILTO=a\n*/30 * * * * root ${ON}\n` })
  expect(plan.steps.map(({ change }) => change)).toMatchObject([
    { kind: 'file', path: '/etc/cron.d/tools', after: 'MAILTO=a\n' },
    { kind: 'command', run: ['vmware-toolbox-cmd', 'timesync', 'disable'] },
  ])
})

describe('the host has it on, and no process of it was seen', () => {
  const seen = (ps: string): Readonly<Record<string, Member>> => ({
    'sos_commands/vmware/vmware-toolbox-cmd_timesync_status': 'Enabled\n',
    'sos_commands/process/ps_auxwww': `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 1 0.0 0.1 1 1 ? Ss Jun01 1:01 /usr/lib/systemd/systemd\n${ps}`,
  })
  const { 'usr/bin/vmtoolsd': _, ...bare } = guest
  const DAEMON = 'chrony 82 0.0 0.1 1 1 ? S Jun01 0:10 /usr/sbin/chronyd\n'
  const TOOLS = 'root 83 0.0 0.1 1 1 ? S Jun01 0:10 /usr/bin/vmtoolsd\n'
  test.each([
    ['its program is there', guest],
    ['only what it answered is there', bare],
  ])('beside a daemon, where %s', (_, members) => {
    const { findings, inventory } = look(seen(DAEMON), members)
    expect(findings).toMatchObject([{ name: 'tools-sync-beside-daemon', severity: 'warning' }])
    expect(whoSetsTheClock(inventory)).toContainEqual(
      expect.objectContaining({ name: 'vmtoolsd', how: 'periodically', does: 'may' }),
    )
  })
  test('and where it runs it is as grave as ever', () =>
    expect(look(seen(DAEMON + TOOLS)).findings).toMatchObject([{ severity: 'critical' }]))
  test('it keeps no clock', () => {
    const files = memoryFiles({
      'sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n',
      'installed-rpms': 'open-vm-tools-11.3.5-1.el8.x86_64\n',
      ...seen(''),
    })
    const inventory = takeInventory(files)
    const found = checkMachine({ inventory, live: undefined, prospect: undefined })
    expect(found).toMatchObject([{ name: 'no-daemon', severity: 'critical' }])
    expect(found[0]!.causes[0]!.what).toContain('vmtoolsd')
  })
})

describe('the .vmx of the guest in a collection of its files', () => {
  const ON_HOST = '.encoding = "UTF-8"\ntools.syncTime = "TRUE"\n'
  const names = (members: Readonly<Record<string, Member>>, machine = guest) =>
    look(members, machine).findings.map(({ name, evidence }) => [name, evidence[0]?.path])
  const told = (path: string) => [['tools-sync-beside-daemon', path]]
  test('tells what the host has the Tools do', () => {
    expect(names({ 'web1.vmx': ON_HOST })).toEqual(told('/web1.vmx'))
    expect(names({ 'root/web1.vmx': ON_HOST })).toEqual(told('/root/web1.vmx'))
    const { 'usr/bin/vmtoolsd': _, ...without } = guest
    expect(names({ 'web1.vmx': ON_HOST }, without)).toEqual(told('/web1.vmx'))
  })
  test('and no more: what the guest was asked counts first, and of several none', () => {
    expect(names({ 'web1.vmx': ON_HOST.replace('TRUE', 'FALSE') })).toEqual([])
    expect(names({ 'web1.vmx': ON_HOST, 'web2.vmx': ON_HOST })).toEqual([])
    const asked = 'sos_commands/vmware/vmware-toolbox-cmd_timesync_status'
    expect(names({ 'web1.vmx': ON_HOST, [asked]: 'Disabled\n' })).toEqual([])
    expect(
      names({ 'web1.vmx': ON_HOST, 'etc/vmware-tools/tools.conf': '[timeSync]\ndisable-periodic = true\n' }),
    ).toEqual([])
    // On a real machine it is of some guest of its own.
    const real = { 'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n' }
    const { 'usr/bin/vmtoolsd': _, ...without } = guest
    expect(names({ ...real, 'root/web1.vmx': ON_HOST }, without)).toEqual([])
  })
})
