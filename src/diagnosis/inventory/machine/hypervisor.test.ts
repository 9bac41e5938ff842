import { describe, expect, it } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory.ts'

const hypervisorIn = (files: Record<string, string>) => takeInventory(memoryFiles(files)).hypervisor
const nameIn = (files: Record<string, string>) => hypervisorIn(files)?.value.name

const VIRTUAL = { 'proc/cpuinfo': 'flags\t\t: fpu tsc hypervisor\n' }
const EL5XEN = '/vmlinuz-2.6.18-398.el5xen ro root=/dev/VolGroup00/LogVol00'
const GUEST_MENU = `default=0\ntitle CentOS\n\troot (hd0,0)\n\tkernel ${EL5XEN}\n`
const HOST_MENU = `default=0\ntitle CentOS\n\tkernel /xen.gz-2.6.18-398.el5\n\tmodule ${EL5XEN}\n`
const dmesg = (...lines: string[]) => ({ 'var/log/dmesg': `${lines.join('\n')}\n` })

describe('the hypervisor, where neither /proc nor /sys tells of it', () => {
  it.each<[string, string, Record<string, string>]>([
    [
      'vmware',
      'the flag, and what lscpu of RHEL 9 was told',
      {
        ...VIRTUAL,
        'sos_commands/processor/lscpu':
          'Architecture:          x86_64\nVirtualization features:\n  Hypervisor vendor:   VMware\n  Virtualization type: full\n',
      },
    ],
    [
      'xen-pv',
      'lscpu in a paravirtualised guest',
      { 'sos_commands/processor/lscpu': 'Hypervisor vendor:     Xen\nVirtualization type:   para\n' },
    ],
    [
      'vmware',
      'the flag, and the tools that run',
      {
        ...VIRTUAL,
        'proc/9/comm': 'vmtoolsd\n',
        'proc/9/cmdline': '/usr/bin/vmtoolsd',
        'proc/9/stat': '9 (vmtoolsd) S 1',
      },
    ],
    [
      'vmware',
      'dmidecode',
      {
        ...VIRTUAL,
        'sos_commands/hardware/dmidecode':
          'Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: VMware, Inc.\n\tProduct Name: VMware7,1\n',
      },
    ],
    ['kvm', 'the kernel of RHEL 6', dmesg('Booting paravirtualized kernel on KVM')],
    ['kvm', 'the clock of KVM', dmesg('kvm-clock: Using msrs 4b564d01 and 4b564d00')],
    ['xen-hvm', 'a guest without emulated hardware', dmesg('Booting paravirtualized kernel on Xen PVH')],
    [
      'virtualbox',
      'a kernel that sees the interface of KVM in VirtualBox',
      dmesg(
        '[    0.000000] DMI: innotek GmbH VirtualBox/VirtualBox, BIOS VirtualBox 12/01/2006',
        '[    0.000000] Hypervisor detected: KVM',
      ),
    ],
    [
      'virtualbox',
      'a kernel that takes VirtualBox for bare hardware',
      dmesg(
        'DMI: innotek GmbH VirtualBox/VirtualBox, BIOS VirtualBox 12/01/2006',
        'Booting paravirtualized kernel on bare hardware',
      ),
    ],
    [
      'hyperv',
      'the DMI line',
      dmesg(
        '[    0.000000] DMI: Microsoft Corporation Virtual Machine/Virtual Machine, BIOS 090008  12/07/2018',
      ),
    ],
    [
      'none',
      'the DMI line of a real machine',
      dmesg(
        'DMI: Dell Inc. PowerEdge R640/0W23H8, BIOS 2.2.11 06/13/2019',
        'Booting paravirtualized kernel on bare hardware',
      ),
    ],
    ['xen-pv', 'a disk from which only Xen can start', { 'boot/grub/grub.conf': GUEST_MENU }],
    [
      'vmware',
      'a kernel before 2.6.29, which does not tell the flag',
      {
        'proc/cpuinfo': 'flags\t\t: fpu tsc\n',
        'proc/sys/kernel/osrelease': '2.6.18-398.el5\n',
        'sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n',
      },
    ],
    [
      'none',
      'such a kernel on a real machine',
      {
        'proc/cpuinfo': 'flags\t\t: fpu tsc\n',
        'proc/sys/kernel/osrelease': '2.6.18-398.el5\n',
        'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
      },
    ],
    ['unknown', 'the flag alone', VIRTUAL],
  ])('is %s: %s', (expected, _, files) => {
    expect(nameIn(files)).toBe(expected)
  })

  it.each([
    [
      'a kernel that says bare hardware, as it does in many a guest',
      dmesg('Booting paravirtualized kernel on bare hardware'),
    ],
    ['a disk', { 'boot/grub/grub.conf': GUEST_MENU.replace('el5xen', 'el5') }],
  ])('is not known from %s', (_, files) => {
    expect(nameIn(files)).toBeUndefined()
  })

  it('is Xen below its control domain where the loader starts Xen first', () => {
    expect(hypervisorIn({ 'boot/grub/grub.conf': GUEST_MENU })!.value.controlDomain).toBe(false)
    const classic = hypervisorIn({ 'boot/grub/grub.conf': HOST_MENU })!
    expect(classic.value).toMatchObject({ name: 'xen-pv', controlDomain: true })
    expect(classic.evidence.map(({ line }) => line)).toEqual([4, 3])
    const later = hypervisorIn({
      'boot/grub/grub.conf': HOST_MENU.replaceAll('2.6.18-398.el5xen', '4.19.0-xen'),
    })!
    expect(later.value).toMatchObject({ name: 'xen-pv', controlDomain: true })
  })

  it.each<[string, string, Record<string, string>]>([
    ['xen-pv', 'nothing else is said', {}],
    [
      'xen-hvm',
      'the machine has a DMI table',
      { 'sys/class/dmi/id/sys_vendor': 'Xen\n', 'sys/class/dmi/id/product_name': 'HVM domU\n' },
    ],
    [
      'xen-hvm',
      'the kernel says of the machine what its table says',
      dmesg('DMI: Xen HVM domU, BIOS 4.4.4-105.14.15.el7 04/20/2018'),
    ],
    ['xen-hvm', 'the kernel was told', dmesg('[    0.000000] Hypervisor detected: Xen HVM')],
    ['xen-pv', 'the kernel is for it', dmesg('Booting paravirtualized kernel on Xen')],
    [
      'xen-hvm',
      'lscpu was told',
      { 'sos_commands/processor/lscpu': 'Hypervisor vendor: Xen\nVirtualization type: full\n' },
    ],
    [
      'xen-pv',
      'its control domain runs on a real machine',
      {
        'proc/xen/capabilities': 'control_d\n',
        'sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
        ...dmesg('Booting paravirtualized kernel on Xen'),
      },
    ],
  ])(
    'is %s of kernels before 4.13, which do not say what kind of guest of Xen they are, where %s',
    (expected, _, files) => {
      expect(nameIn({ ...VIRTUAL, 'sys/hypervisor/type': 'xen\n', ...files })).toBe(expected)
    },
  )

  it.each<Record<string, string>>([
    { 'sys/hypervisor/uuid': 'ec2f1a2b-1111-2222-3333-444455556666\n' },
    { 'sys/class/dmi/id/bios_version': '4.11.amazon\n' },
    dmesg('DMI: Xen HVM domU, BIOS 4.11.amazon 08/24/2006'),
  ])('is a guest of Amazon on Xen by its identity or its firmware', files => {
    expect(hypervisorIn({ 'sys/hypervisor/type': 'xen\n', ...files })!.value.platform).toBe('aws')
  })

  it.each([
    ['oci', 'QEMU', 'Standard PC (i440FX + PIIX, 1996)', 'OracleCloud.com'],
    ['ovirt', 'oVirt', 'RHEL', ''],
    ['ovirt', 'Red Hat', 'RHEV Hypervisor', ''],
    [undefined, 'Red Hat', 'KVM', ''],
  ])('has the platform %s, made by %s as %s with the tag %j', (platform, vendor, product, tag) => {
    const dmi = { sys_vendor: vendor, product_name: product, chassis_asset_tag: tag }
    const files = Object.entries(dmi).map(([name, value]) => [`sys/class/dmi/id/${name}`, `${value}\n`])
    const { name, platform: found } = hypervisorIn({ ...VIRTUAL, ...Object.fromEntries(files) })!.value
    expect([name, found]).toEqual(['kvm', platform])
  })

  it('is a platform, too, by what the kernel said of the machine', () => {
    const said = '[    0.000000] DMI: Amazon EC2 m5.large/, BIOS 1.0 10/16/2017'
    expect(hypervisorIn(dmesg(said))).toEqual({
      value: { name: 'kvm', controlDomain: false, platform: 'aws', whenPaused: undefined },
      evidence: [{ path: '/var/log/dmesg', line: 1, text: said }],
    })
  })
})

describe('a maker of machines, where no processor says that it is virtual', () => {
  const dmi = (vendor: string) => ({ 'sys/class/dmi/id/sys_vendor': `${vendor}\n` })
  it.each(['Dell Inc.', 'Supermicro', 'HPE', 'Hewlett-Packard', 'LENOVO', 'FUJITSU'])('%s', vendor => {
    expect(nameIn(dmi(vendor))).toBe('none')
    expect(nameIn({ ...dmi(vendor), ...VIRTUAL })).not.toBe('none')
  })
  it.each(['Red Hat', 'Huawei Inc.', 'HPCloud', 'To Be Filled By O.E.M.'])('%s may be anything', vendor => {
    expect(nameIn(dmi(vendor))).not.toBe('none')
  })
})
