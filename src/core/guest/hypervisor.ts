/**
 * Which hypervisor is below us? What it says of itself is spread over several places, none of which every hypervisor
 * fills, so all are read and the surest is taken first. On x86 the CPUID flag decides whether there is one at all, as far as the
 * name of the product does not: a bare metal cloud machine carries the same vendor names as the virtual ones.
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
  const told = tellHypervisor(clues)
  return told && { name: told.name, evidence: told.evidence }
}

/** With the file that says it; undefined where nothing but the flag does. */
export type ToldHypervisor = Hypervisor & { readonly path: string | undefined }

export function tellHypervisor(clues: Clues): ToldHypervisor | undefined {
  const told = fromXen(clues) ?? fromTables(clues)
  if (told && (clues.cpuFlag !== false || told.name.startsWith('xen') || isNeverReal(clues))) {
    return clues.cpuFlag ? { ...told, evidence: `CPUID flag hypervisor; ${told.evidence}` } : told
  }
  if (!clues.cpuFlag) return undefined
  return (
    fromHints(clues) ?? {
      name: 'unknown',
      evidence: 'CPUID flag hypervisor, and nothing else',
      path: undefined,
    }
  )
}

/** What no real machine is called. QEMU can be told to hide the flag (`-cpu host,-hypervisor`). */
const isNeverReal = ({ dmi }: Clues): boolean =>
  /^(?:KVM$|RHEV|oVirt|OpenStack|Bochs|Standard PC|VMware|VirtualBox|Virtual Machine$)/.test(
    dmi.product ?? '',
  )

/** Linux says from 4.13 on what kind of guest it is; of the kinds before only those with hardware of their own have tables. */
function fromXen(clues: Clues): ToldHypervisor | undefined {
  const { xen } = clues
  if (xen.capabilities?.includes('control_d')) {
    return {
      name: 'xen-pv',
      evidence: '/proc/xen/capabilities: control_d, the control domain (dom0)',
      path: '/proc/xen/capabilities',
    }
  }
  if (xen.type !== 'xen' && xen.capabilities === undefined) return undefined
  const hvm = xen.guest === 'HVM' || xen.guest === 'PVH'
  const tables = xen.guest ? undefined : fromTables(clues)
  if (tables?.name === 'xen-hvm') return tables
  const guest = xen.guest ? `, guest_type ${xen.guest}` : ''
  const path = xen.type === undefined ? '/proc/xen/capabilities' : '/sys/hypervisor/type'
  return { name: hvm ? 'xen-hvm' : 'xen-pv', evidence: `/sys/hypervisor/type xen${guest}`, path }
}

/** DMI field, what it contains, and which hypervisor that means. The first that fits counts. */
const DMI: readonly (readonly [field: DmiField, contains: RegExp, name: string])[] = [
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
    /^(QEMU|Red Hat|oVirt|OpenStack|Amazon EC2|DigitalOcean|Hetzner|Cloud Hypervisor|Nutanix|Alibaba|Tencent)/,
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

function fromTables({ dmi, acpiOems, deviceTree }: Clues): ToldHypervisor | undefined {
  for (const [field, contains, name] of DMI) {
    const value = dmi[field]
    if (value && contains.test(value))
      return { name, evidence: `DMI ${field} ${value}`, path: dmiPath(field) }
  }
  for (const oem of acpiOems) {
    const name = ACPI_OEMS[oem]
    if (name) return { name, evidence: `ACPI tables by ${oem}`, path: ACPI_TABLES }
  }
  const told = { evidence: `device tree: ${deviceTree}`, path: '/proc/device-tree' }
  if (deviceTree?.includes('xen')) return { name: 'xen-pv', ...told }
  if (deviceTree && /linux,(kvm|dummy-virt)/.test(deviceTree)) return { name: 'kvm', ...told }
  return undefined
}

/** Not proof alone, but there is a hypervisor, and these are its habits. */
function fromHints({ commandLine, clocksources }: Clues): ToldHypervisor | undefined {
  const flag = 'CPUID flag hypervisor'
  if (/\breboot=k\b/.test(commandLine) && /\bpanic=1\b/.test(commandLine)) {
    return {
      name: 'firecracker',
      evidence: `${flag}; no DMI; kernel command line as Firecracker gives it`,
      path: '/proc/cmdline',
    }
  }
  for (const [part, name] of [
    ['hyperv', 'hyperv'],
    ['kvm-clock', 'kvm'],
    ['xen', 'xen-hvm'],
  ] as const) {
    if (clocksources.includes(part))
      return { name, evidence: `${flag}; clocksources ${clocksources}`, path: CLOCKSOURCES }
  }
  return undefined
}

const ACPI_TABLES = '/sys/firmware/acpi/tables'
const CLOCKSOURCES = '/sys/devices/system/clocksource/clocksource0/available_clocksource'
const DMI_FILES = {
  vendor: 'sys_vendor',
  product: 'product_name',
  bios: 'bios_vendor',
  board: 'board_vendor',
  chassis: 'chassis_asset_tag',
} as const

export type DmiField = keyof typeof DMI_FILES
export const DMI_FIELDS = Object.keys(DMI_FILES) as readonly DmiField[]

export const dmiPath = (field: DmiField): string => `/sys/class/dmi/id/${DMI_FILES[field]}`

export function readClues(files: Files): Clues {
  const cpuinfo = files.text('proc/cpuinfo')
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo ?? '')?.[1]
  const dmi: Record<string, string> = {}
  for (const field of DMI_FIELDS) {
    const value = files.text(dmiPath(field))
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
    clocksources: files.text(CLOCKSOURCES) ?? '',
  }
}

/** By its four letters; there are folders beside the tables. */
const isTable = (name: string): boolean => /^[A-Z\d_]{4}/.test(name)

/** Bytes 10 to 15 of a table's header. The tables are readable by root only. */
function acpiOems(files: Files): string[] {
  const oems = files
    .names(ACPI_TABLES)
    .filter(isTable)
    .map(name => {
      const table = files.bytes(`${ACPI_TABLES}/${name}`)
      return table && table.length >= 16
        ? String.fromCharCode(...table.subarray(10, 16)).replace(/[\s\0]+$/, '')
        : ''
    })
  return [...new Set(oems)].filter(oem => oem !== '')
}
