import { describe, expect, it } from 'vitest'
import { type Clues, findHypervisor, readClues } from './hypervisor.ts'
import { memoryFiles } from './memory-files.ts'

const clues = (some: Partial<Clues>): Clues => ({
  cpuFlag: true,
  dmi: {},
  xen: {},
  deviceTree: undefined,
  acpiOems: [],
  commandLine: '',
  clocksources: 'tsc hpet acpi_pm',
  ...some,
})
const name = (some: Partial<Clues>) => findHypervisor(clues(some))?.name

describe('the hypervisor', () => {
  it.each<[string, string, Partial<Clues>]>([
    ['kvm', 'QEMU', { dmi: { vendor: 'QEMU', product: 'Standard PC (Q35 + ICH9, 2009)' } }],
    ['kvm', 'OpenStack', { dmi: { vendor: 'OpenStack Foundation', product: 'OpenStack Nova' } }],
    ['kvm', 'RHV', { dmi: { vendor: 'Red Hat', product: 'RHEV Hypervisor' } }],
    ['kvm', 'AWS Nitro', { dmi: { vendor: 'Amazon EC2', product: 'm5.large', bios: 'Amazon EC2' } }],
    ['kvm', 'Google', { dmi: { vendor: 'Google', product: 'Google Compute Engine' } }],
    ['vmware', 'ESXi', { dmi: { vendor: 'VMware, Inc.', product: 'VMware Virtual Platform' } }],
    ['hyperv', 'Azure', { dmi: { vendor: 'Microsoft Corporation', product: 'Virtual Machine' } }],
    ['hyperv', 'WSL 2', { clocksources: 'hyperv_clocksource_tsc_page acpi_pm' }],
    ['virtualbox', 'VirtualBox', { dmi: { vendor: 'innotek GmbH', product: 'VirtualBox' } }],
    ['bhyve', 'bhyve', { dmi: { bios: 'BHYVE', product: 'BHYVE' } }],
    [
      'parallels',
      'Parallels',
      { dmi: { vendor: 'Parallels International GmbH.', product: 'Parallels ARM Virtual Machine' } },
    ],
    [
      'xen-hvm',
      'Xen HVM',
      { xen: { type: 'xen', guest: 'HVM' }, dmi: { vendor: 'Xen', product: 'HVM domU' } },
    ],
    ['xen-hvm', 'Xen PVH', { xen: { type: 'xen', guest: 'PVH' } }],
    ['xen-pv', 'Xen PV', { xen: { type: 'xen', guest: 'PV' } }],
    ['xen-pv', 'an old Xen kernel without the CPU flag', { cpuFlag: false, xen: { capabilities: '' } }],
    ['xen-pv', 'dom0', { xen: { type: 'xen', guest: 'PV', capabilities: 'control_d' } }],
    ['firecracker', 'Firecracker with ACPI', { acpiOems: ['FIRECK'], clocksources: 'tsc kvm-clock' }],
    [
      'firecracker',
      'Firecracker read without the right to see ACPI',
      {
        commandLine: 'console=ttyS0 reboot=k panic=1 pci=off nomodule',
        clocksources: 'tsc kvm-clock',
      },
    ],
    ['kvm', 'a bare KVM guest', { clocksources: 'kvm-clock tsc acpi_pm' }],
    ['kvm', 'QEMU on arm64', { cpuFlag: undefined, deviceTree: 'linux,dummy-virt' }],
    ['unknown', 'something that hides', {}],
    [
      'kvm',
      'QEMU that hides the flag',
      { cpuFlag: false, dmi: { vendor: 'RDO', product: 'OpenStack Compute' } },
    ],
  ])('is %s for %s', (expected, _, some) => {
    expect(name(some)).toBe(expected)
  })

  it.each<[string, Partial<Clues>]>([
    ['a real machine', { cpuFlag: false, dmi: { vendor: 'Dell Inc.', product: 'PowerEdge R640' } }],
    ['a bare metal instance of EC2', { cpuFlag: false, dmi: { vendor: 'Amazon EC2', product: 'm5.metal' } }],
    ['a Surface', { cpuFlag: false, dmi: { vendor: 'Microsoft Corporation', product: 'Surface Pro' } }],
    ['a Raspberry Pi', { cpuFlag: undefined, deviceTree: 'raspberrypi,4-model-b brcm,bcm2711' }],
  ])('is none for %s', (_, some) => {
    expect(findHypervisor(clues(some))).toBeUndefined()
  })

  it('says where that was read', () => {
    expect(findHypervisor(clues({ dmi: { vendor: 'VMware, Inc.' } }))?.evidence).toBe(
      'CPUID flag hypervisor; DMI vendor VMware, Inc.',
    )
  })
})

it('takes nothing from a file that is empty', () => {
  expect(readClues(memoryFiles({ 'proc/cpuinfo': '' })).cpuFlag).toBeUndefined()
  expect(readClues(memoryFiles({ 'proc/cpuinfo': 'flags\t\t: fpu\n' })).cpuFlag).toBe(false)
})
