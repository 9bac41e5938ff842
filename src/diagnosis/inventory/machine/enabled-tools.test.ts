/** On a mere disk the tools that are started with it tell the hypervisor, where they are of one. */
import { expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { checkMachine } from '../../machine/check.ts'
import { lintMachine } from '../../machine/configuration.ts'
import { takeInventory } from '../inventory.ts'

type Members = Readonly<Record<string, Member>>

const DISK: Members = {
  'etc/os-release': 'ID="rocky"\nVERSION_ID="9.3"\n',
  'boot/loader/entries/a.conf':
    'title A\nlinux /vmlinuz-5.14.0-362.el9.x86_64\noptions clocksource=acpi_pm notsc\n',
  'usr/sbin/chronyd': '',
  'etc/chrony.conf': 'pool 2.rocky.pool.ntp.org iburst\nmakestep 1 -1\n',
}
const wants = (unit: string): Members => ({
  [`usr/lib/systemd/system/${unit}`]: '[Service]\nExecStart=/usr/bin/tool\n',
  [`etc/systemd/system/multi-user.target.wants/${unit}`]: { link: `/usr/lib/systemd/system/${unit}` },
})
const nameOf = (members: Members) => takeInventory(memoryFiles(members)).hypervisor?.value.name

test.each([
  ['vmtoolsd.service', 'vmware'],
  ['vboxadd-service.service', 'virtualbox'],
  ['qemu-guest-agent.service', 'kvm'],
])('%s: a guest of %s', (unit, name) => {
  const { hypervisor } = takeInventory(memoryFiles({ ...DISK, ...wants(unit) }))
  expect(hypervisor?.value).toMatchObject({ name, presumed: true })
  expect(hypervisor?.evidence[0]?.path).toBe(`/etc/systemd/system/multi-user.target.wants/${unit}`)
})

test.each<[string, Members]>([
  ['tools of several', { ...wants('vmtoolsd.service'), ...wants('qemu-guest-agent.service') }],
  ['what Ubuntu has everywhere', { ...wants('vmtoolsd.service'), 'etc/os-release': 'ID=ubuntu\n' }],
  ['tools that nobody starts', { 'usr/bin/vmtoolsd': '' }],
  ['no mere disk', { ...wants('vmtoolsd.service'), 'proc/cmdline': 'root=/dev/sda1\n' }],
])('%s: unknown', (_, members) => expect(nameOf({ ...DISK, ...members })).toBeUndefined())

test('what the boot line does to its clock is told', () => {
  const files = memoryFiles({ ...DISK, ...wants('vmtoolsd.service') })
  const inventory = takeInventory(files)
  const found = checkMachine(
    { inventory, live: undefined, prospect: undefined },
    lintMachine(inventory, files),
  )
  expect(found.map(({ name }) => name)).toContain('poor-clocksource')
})
