/**
 * Which hypervisor is below us? What it says of itself is spread over several places, none of which every hypervisor
 * fills, so all are read and the surest is taken first. On x86 the CPUID flag decides whether there is one at all: a bare
 * metal cloud machine carries the same vendor names as the virtual ones.
 */
import type { Hypervisor } from './facts.ts'
import type { Files } from './files.ts'

export interface Clues {
  /** The CPUID bit that a hypervisor sets; undefined on processors that have no such bit. */
  readonly cpuFlag: boolean | undefined
  /** `vendor`, `product`, `bios`, `board` and `chassis` of the DMI table. */
  readonly dmi: Readonly<Record<string, string>>
  /** /sys/hypervisor/type and guest_type, /proc/xen/capabilities. */
  readonly xen: { readonly type?: string; readonly guest?: string; readonly capabilities?: string }
  /** `compatible` of the device tree's hypervisor node, or of the whole machine. */
  readonly deviceTree: string | undefined
  /** Who wrote the ACPI tables (six letters in the header of each). */
  readonly acpiOems: readonly string[]
  readonly commandLine: string
  readonly clocksources: string
}

export function findHypervisor(clues: Clues): Hypervisor | undefined {
  const told = fromXen(clues) ?? fromTables(clues)
  if (told && (clues.cpuFlag !== false || told.name.startsWith('xen'))) {
    return clues.cpuFlag ? { name: told.name, evidence: `CPUID flag hypervisor; ${told.evidence}` } : told
  }
  if (!clues.cpuFlag) return undefined
  return fromHints(clues) ?? { name: 'unknown', evidence: 'CPUID flag hypervisor, and nothing else' }
}

function fromXen({ xen }: Clues): Hypervisor | undefined {
  if (xen.capabilities?.includes('control_d')) {
    return { name: 'xen-pv', evidence: '/proc/xen/capabilities: control_d, the control domain (dom0)' }
  }
  if (xen.type !== 'xen' && xen.capabilities === undefined) return undefined
  const hvm = xen.guest === 'HVM' || xen.guest === 'PVH'
  const guest = xen.guest ? `, guest_type ${xen.guest}` : ''
  return { name: hvm ? 'xen-hvm' : 'xen-pv', evidence: `/sys/hypervisor/type xen${guest}` }
}

/** DMI field, what it contains, and which hypervisor that means. The first that fits counts. */
const DMI: readonly (readonly [field: string, contains: RegExp, name: string])[] = [
  ['vendor', /^VMware/, 'vmware'],
  ['product', /^VMware/, 'vmware'],
  ['product', /^VirtualBox/, 'virtualbox'],
  ['vendor', /^innotek/, 'virtualbox'],
  ['product', /^BHYVE/, 'bhyve'],
  ['bios', /^BHYVE/, 'bhyve'],
  ['vendor', /^Parallels/, 'parallels'],
  ['product', /^Parallels/, 'parallels'],
  ['product', /^HVM domU/, 'xen-hvm'],
  ['vendor', /^Xen$/, 'xen-hvm'],
  // Microsoft builds real machines too; this one names the virtual.
  ['product', /^Virtual Machine$/, 'hyperv'],
  ['product', /^(KVM|RHEV|oVirt|OpenStack|Bochs|Standard PC)/, 'kvm'],
  ['product', /^Google Compute Engine/, 'kvm'],
  [
    'vendor',
    /^(QEMU|Red Hat|Amazon EC2|DigitalOcean|Hetzner|Cloud Hypervisor|Nutanix|Alibaba|Tencent)/,
    'kvm',
  ],
  ['bios', /^(SeaBIOS|EFI Development Kit II)/, 'kvm'],
]

/** OEM ids in the headers of ACPI tables, for those who have no DMI. */
const ACPI_OEMS: Readonly<Record<string, string>> = {
  FIRECK: 'firecracker',
  CLOUDH: 'kvm',
  VRTUAL: 'hyperv',
  BOCHS: 'kvm',
  VBOX: 'virtualbox',
  Xen: 'xen-hvm',
}

function fromTables({ dmi, acpiOems, deviceTree }: Clues): Hypervisor | undefined {
  for (const [field, contains, name] of DMI) {
    const value = dmi[field]
    if (value && contains.test(value)) return { name, evidence: `DMI ${field} ${value}` }
  }
  for (const oem of acpiOems) {
    const name = ACPI_OEMS[oem]
    if (name) return { name, evidence: `ACPI tables by ${oem}` }
  }
  if (deviceTree?.includes('xen')) return { name: 'xen-pv', evidence: `device tree: ${deviceTree}` }
  if (deviceTree && /linux,(kvm|dummy-virt)/.test(deviceTree)) {
    return { name: 'kvm', evidence: `device tree: ${deviceTree}` }
  }
  return undefined
}

/** Not proof alone, but there is a hypervisor, and these are its habits. */
function fromHints({ commandLine, clocksources }: Clues): Hypervisor | undefined {
  const flag = 'CPUID flag hypervisor'
  if (/\breboot=k\b/.test(commandLine) && /\bpanic=1\b/.test(commandLine)) {
    return { name: 'firecracker', evidence: `${flag}; no DMI; kernel command line as Firecracker gives it` }
  }
  if (clocksources.includes('hyperv'))
    return { name: 'hyperv', evidence: `${flag}; clocksources ${clocksources}` }
  if (clocksources.includes('kvm-clock')) return { name: 'kvm', evidence: `${flag}; clocksource kvm-clock` }
  if (clocksources.includes('xen')) return { name: 'xen-hvm', evidence: `${flag}; clocksource xen` }
  return undefined
}

const DMI_FILES = {
  vendor: 'sys_vendor',
  product: 'product_name',
  bios: 'bios_vendor',
  board: 'board_vendor',
  chassis: 'chassis_asset_tag',
}

export function readClues(files: Files): Clues {
  const cpuinfo = files.text('proc/cpuinfo')
  const flags = cpuinfo && /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]
  const dmi: Record<string, string> = {}
  for (const [field, file] of Object.entries(DMI_FILES)) {
    const value = files.text(`sys/class/dmi/id/${file}`)
    if (value) dmi[field] = value
  }
  return {
    cpuFlag: flags === undefined ? undefined : / hypervisor\b/.test(flags),
    dmi,
    xen: {
      type: files.text('sys/hypervisor/type'),
      guest: files.text('sys/hypervisor/guest_type'),
      capabilities: files.text('proc/xen/capabilities'),
    },
    deviceTree: (
      files.text('proc/device-tree/hypervisor/compatible') ?? files.text('proc/device-tree/compatible')
    )?.replaceAll('\0', ' '),
    acpiOems: acpiOems(files),
    commandLine: files.text('proc/cmdline') ?? '',
    clocksources: files.text('sys/devices/system/clocksource/clocksource0/available_clocksource') ?? '',
  }
}

/** Bytes 10 to 15 of a table's header. The tables are readable by root only. */
function acpiOems(files: Files): string[] {
  const oems = files.names('sys/firmware/acpi/tables').map(name => {
    const table = files.bytes(`sys/firmware/acpi/tables/${name}`)
    return table && table.length >= 16
      ? String.fromCharCode(...table.subarray(10, 16)).replace(/[\s\0]+$/, '')
      : ''
  })
  return [...new Set(oems)].filter(oem => oem !== '')
}
