import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../../inventory/inventory.ts'
import { lintMachine } from '../../machine/configuration.ts'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'

const expires = (about: About) =>
  lint([{ path: 'etc/chrony.conf', text: 'pool pool.ntp.org iburst\nmakestep 1 3\n' }], about).find(
    ({ name }) => name === 'makestep-expires',
  )!

test('a limit of steps is a warning in a guest that nobody else puts right', () => {
  expect(expires({ hypervisor: 'kvm' })).toMatchObject({
    severity: 'warning',
    cost: expect.stringMatching(/^After a pause the clock is slewed/),
  })
})

test('and a note where the service of the host does, which is said', () => {
  expect(expires({ hypervisor: 'hyperv', putRightBy: 'hv_utils' })).toMatchObject({
    severity: 'note',
    cost: expect.stringMatching(
      /^The time service of Hyper-V \(hv_utils\) sets the clock to that of the host/,
    ),
  })
  expect(expires({ hypervisor: 'hyperv' })).toMatchObject({ severity: 'warning' })
})

test('what VMware Tools may be told on their host is said, and not relied on', () => {
  expect(expires({ hypervisor: 'vmware', putRightBy: 'vmtoolsd' })).toMatchObject({
    severity: 'warning',
    cost: expect.stringMatching(
      /^VMware Tools .* which this guest cannot see, .*After a pause the clock is slewed/,
    ),
  })
  const guest = {
    'etc/chrony.conf': 'pool pool.ntp.org iburst\nmakestep 1 3\n',
    'usr/sbin/chronyd': '',
    'sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n',
    'proc/84/comm': 'chronyd\n',
    'proc/84/stat': '84 (chronyd) S 1 1 1 0 -1 0\n',
    'proc/84/cmdline': '/usr/sbin/chronyd\0',
  }
  const tools = {
    'proc/83/comm': 'vmtoolsd\n',
    'proc/83/stat': '83 (vmtoolsd) S 1 1 1 0 -1 0\n',
    'proc/83/cmdline': '/usr/bin/vmtoolsd\0',
  }
  const costIn = (members: Readonly<Record<string, string>>) => {
    const files = memoryFiles(members)
    return lintMachine(takeInventory(files), files).find(({ name }) => name === 'makestep-expires')?.cost
  }
  expect(costIn({ ...guest, ...tools })).toMatch(/^VMware Tools/)
  expect(costIn(guest)).toMatch(/^After a pause/)
})

test.each([
  [true, 'note'],
  [false, 'warning'],
])('which is seen by the module that takes what the host says (%j)', (module, severity) => {
  const files = memoryFiles({
    'etc/chrony/chrony.conf': 'pool pool.ntp.org iburst\nmakestep 1 3\n',
    'usr/sbin/chronyd': '',
    'sys/class/dmi/id/sys_vendor': 'Microsoft Corporation\n',
    'sys/class/dmi/id/product_name': 'Virtual Machine\n',
    ...(module && { 'sys/bus/vmbus/drivers/hv_utils/module': { directory: true } }),
    ...(module && { 'proc/modules': 'hv_utils 57344 0 - Live 0x0\n' }),
  })
  const finding = lintMachine(takeInventory(files), files).find(({ name }) => name === 'makestep-expires')
  expect(finding).toMatchObject({ severity })
})

test('a threshold that no pause of a migration reaches lets nothing be stepped either', () => {
  const linted = (makestep: string, about: About = { hypervisor: 'kvm' }) =>
    lint([{ path: 'etc/chrony.conf', text: `pool pool.ntp.org iburst\n${makestep}\n` }], about).find(
      ({ name }) => name === 'makestep-expires',
    )
  expect(linted('makestep 1000 -1')).toMatchObject({
    severity: 'warning',
    what: expect.stringContaining('steps no offset below 1000 s'),
    remedy: { edits: [{ line: 2, kind: 'replace', text: 'makestep 1 -1' }] },
  })
  expect(linted('makestep 1000 3')?.remedy.edits?.[0]?.text).toBe('makestep 1 -1')
  expect(linted('makestep 0.1 3')?.remedy.edits?.[0]?.text).toBe('makestep 0.1 -1')
  expect(linted('makestep 1 -1')).toBeUndefined()
  expect(linted('makestep 4 -1')).toBeUndefined()
  expect(linted('makestep 1000 -1', { hypervisor: 'none' })).toBeUndefined()
})

test('the remedy of a makestep that is misspelt is spelt rightly', () => {
  const text = 'pool pool.ntp.org iburst\nmakestpe 1.0 3\n'
  const { remedy } = lint([{ path: 'etc/chrony.conf', text }], { hypervisor: 'kvm' }).find(
    ({ name }) => name === 'makestep-expires',
  )!
  expect(remedy.changes[0]).toBe('makestep 1.0 -1')
  expect(remedy.edits).toEqual([{ file: 0, line: 2, kind: 'replace', text: 'makestep 1.0 -1' }])
})

test('who asks once a minute already is told of steps only', () => {
  const changes = (options: string) =>
    lint([{ path: 'etc/chrony.conf', text: `server 10.0.0.1 iburst ${options}\nmakestep 1 3\n` }], {
      hypervisor: 'kvm',
    }).find(({ name }) => name === 'makestep-expires')!.remedy.changes
  expect(changes('minpoll 4 maxpoll 6')).toEqual(['makestep 1 -1'])
  expect(changes('maxpoll 7')).toEqual(['makestep 1 -1', 'server … iburst minpoll 4 maxpoll 6'])
})

test('how long a pause takes is said by the limit of slewing that is configured', () => {
  const said = (text: string) => {
    const finding = lint([{ path: 'etc/chrony.conf', text: `pool pool.ntp.org iburst\n${text}` }], {
      hypervisor: 'kvm',
    }).find(({ name }) => name === 'makestep-expires' || name === 'never-steps')!
    return `${finding.what} ${finding.cost}`
  }
  // 4.3 s and 600 s at 500 ppm: 8600 s and 1.2 million seconds.
  for (const text of ['makestep 1 3\nmaxslewrate 500\n', 'maxslewrate 500\n'])
    expect(said(text)).toMatch(/2\.4 h at least.* 13\.9 d/)
  expect(said('makestep 1000 -1\nmaxslewrate 500\n')).toContain('at 500 ppm (`maxslewrate`) at most')
  // What was measured took longer than 4.3 s need at 50 000 ppm; 600 s need 12 000 s.
  expect(said('makestep 1 3\nmaxslewrate 50000\n')).toMatch(/for 13 minutes, and one of 600 s takes 3\.3 h/)
  expect(said('makestep 1 3\n')).toMatch(/for 13 minutes, and one of 600 s takes two hours/)
  expect(said('')).toContain('at 8.3 % at most')
})

test('chronyd that steps at its start only is said to', () => {
  const says = (text: string, ...more: { path: string; text: string }[]) =>
    lint([{ path: 'etc/chrony/chrony.conf', text: `pool p iburst\n${text}` }, ...more]).find(
      ({ name }) => name === 'never-steps',
    )?.what
  const step = 'initstepslew 10 p\n'
  expect(says(step)).toMatch(/but for the step at its start/)
  expect(says('')).not.toMatch(/at its start/)
  expect(says(step, { path: 'etc/default/chrony', text: 'DAEMON_OPTS="-F 1 -R"\n' })).not.toMatch(
    /at its start/,
  )
})
