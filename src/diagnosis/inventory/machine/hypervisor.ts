/**
 * The hypervisor, with what it was told by, the platform that is built upon it, and what the clocks of a guest do while it is
 * paused. Who it is, `core/guest/hypervisor.ts` says from /proc and /sys; a copy without those may have been asked by others:
 * lscpu and hostnamectl in a sosreport, the tools that run in it, the kernel's own messages; and where there is only a disk, a
 * kernel that starts nowhere but on Xen is proof enough, and whose tools are started with it a hint.
 */
import type { Files } from '#core/guest/files.ts'
import { type Clues, dmiPath, readClues, tellHypervisor } from '#core/guest/hypervisor.ts'
import type {
  BootFacts,
  Fact,
  HypervisorFact,
  KernelFacts,
  KernelMessage,
  Place,
} from '#core/guest/inventory.ts'
import { processesNamed } from '#core/guest/processes.ts'
import { isAtLeast, parseKernelRelease } from '#dialects/linux/kernel-release.ts'
import { FAMILIES, type FamilyName } from '#worlds/simulated/hypervisor/family.ts'
import { VIRTUALIZATION } from '../copy/supportconfig.ts'
import { at, fact, findLine } from '../place.ts'
import { type Dmi, findDmi } from './dmi.ts'
import { fromEnabledTools } from './enabled-tools.ts'
import { findHypervDriver } from './hyperv-driver.ts'

/** What else of the machine tells of it. */
export interface Surroundings {
  readonly clocksource: string | undefined
  readonly messages: readonly KernelMessage[]
  readonly kernel: KernelFacts
  readonly boot: BootFacts
}

export function findHypervisor(files: Files, around: Surroundings): Fact<HypervisorFact> | undefined {
  const dmi = findDmi(files, around.messages)
  const read = readClues(files)
  const clues: Clues = { ...read, dmi: Object.fromEntries(dmi.map(({ field, value }) => [field, value])) }
  const told = findName(files, { ...around, clues, dmi })
  const name = told ?? fromEnabledTools(files, around.kernel.distribution?.value.id)
  if (!name) return undefined
  const platform = platformOf(dmi) ?? (name.value.startsWith('xen') ? ofAmazonsXen(files, dmi) : undefined)
  // QEMU without KVM makes all counters itself, and stops them all.
  const emulated = findLine(files, ['proc/cpuinfo'], /^model name\s*:\s*QEMU TCG CPU/)
  const dom0 = name.value === 'xen-pv' ? bootedOnXen(around.boot) : undefined
  const controlDomain = clues.xen.capabilities?.includes('control_d') ?? dom0 !== undefined
  const evidence = [
    ...name.evidence,
    ...(clues.xen.capabilities === undefined && dom0 ? [dom0] : []),
    ...(platform?.evidence ?? []),
    ...(emulated ? [emulated.place] : []),
  ]
  return fact(
    {
      name: name.value,
      ...(!told && { presumed: true as const }),
      controlDomain,
      platform: platform?.value,
      whenPaused: controlDomain
        ? undefined
        : emulated
          ? 'stands'
          : whenPaused(name.value, around.clocksource),
    },
    ...new Map(evidence.map(place => [`${place.path} ${place.line} ${place.text}`, place])).values(),
  )
}

function findName(
  files: Files,
  { clues, dmi, messages, kernel, boot }: Surroundings & { readonly clues: Clues; readonly dmi: Dmi },
): Fact<string> | undefined {
  const flag = findLine(files, ['proc/cpuinfo'], /^flags\s*:/)?.place ?? at('proc/cpuinfo', 'flags')
  const none = fact('none', { ...flag, text: 'flags: no hypervisor' })
  const cpuFlag = namesTheFlag(kernel) || clues.cpuFlag ? clues.cpuFlag : undefined
  const told = tellHypervisor({ ...clues, cpuFlag })
  const guest = cpuFlag ? [{ ...flag, text: 'flags: … hypervisor …' }] : []
  const whole = told?.name === 'xen-pv' && isKindUntold(clues) ? fromWholeMachine(files, messages) : undefined
  if (whole) return fact('xen-hvm', whole, at(told!.path ?? '/proc', told!.evidence), ...guest)
  if (told?.path) {
    const place = dmi.find(({ field }) => dmiPath(field) === told.path)?.place
    return fact(told.name, place ?? at(told.path, told.evidence), ...guest)
  }
  const heard =
    fromCommands(files) ?? fromTools(files) ?? fromMessages(messages) ?? fromKernel(kernel, boot, clues)
  if (heard && (cpuFlag !== false || heard.value.startsWith('xen')))
    return fact(heard.value, ...heard.evidence, ...guest)
  if (clues.cpuFlag === false) return none
  return told ? fact(told.name, ...guest) : (onBareHardware(messages, dmi) ?? ofHardware(dmi, guest))
}

/** That there is Xen says nothing of the kind of its guest. */
const isKindUntold = ({ xen }: Clues): boolean =>
  xen.guest === undefined && !xen.capabilities?.includes('control_d')

/** A guest with hardware of its own, as the kernel and lscpu say it. */
const fromWholeMachine = (files: Files, messages: readonly KernelMessage[]): Place | undefined =>
  hear(messages, /Hypervisor detected: Xen HVM|Booting paravirtualized kernel on Xen (?:HVM|PVH)/)
    ?.evidence ?? findLine(files, LSCPU, /^\s*Virtualization type: +full\b/)?.place

/** Linux has a name for the bit that a hypervisor sets from 2.6.29 on: before that its absence says nothing. */
function namesTheFlag({ release }: KernelFacts): boolean {
  const kernel = release && parseKernelRelease(release.value)
  return !kernel || isAtLeast(kernel, [2, 6, 29])
}

/** As lscpu ("Hypervisor vendor:"), hostnamectl ("Virtualization:") and supportconfig ("Hypervisor:") write them. */
const SPELLINGS: Readonly<Record<string, string>> = {
  kvm: 'kvm',
  qemu: 'kvm',
  amazon: 'kvm',
  google: 'kvm',
  vmware: 'vmware',
  microsoft: 'hyperv',
  oracle: 'virtualbox',
  xen: 'xen-hvm',
  bhyve: 'bhyve',
  parallels: 'parallels',
}

const LSCPU = ['sos_commands/processor/lscpu']

/** lscpu of util-linux 2.37 and later puts blanks before what belongs to a heading. */
function fromCommands(files: Files): Fact<string> | undefined {
  const said =
    findLine(files, LSCPU, /^\s*Hypervisor vendor: +(\S+)/) ??
    findLine(
      files,
      ['sos_commands/host/hostnamectl_status', 'sos_commands/host/hostnamectl'],
      /^\s*Virtualization: (\S+)/,
    ) ??
    findLine(files, [VIRTUALIZATION], /^Hypervisor: +(\w+)/)
  const name = said && SPELLINGS[said.match[1]!.toLowerCase()]
  if (name === undefined) return undefined
  const para = name === 'xen-hvm' && findLine(files, LSCPU, /^\s*Virtualization type: +(?:para|none)\b/)
  return para ? fact('xen-pv', said!.place, para.place) : fact(name, said!.place)
}

/** These run where their hypervisor is below. */
const OF_TOOLS: Readonly<Record<string, string>> = {
  vmtoolsd: 'vmware',
  'vmware-guestd': 'vmware',
  VBoxService: 'virtualbox',
  prltoolsd: 'parallels',
}

function fromTools(files: Files): Fact<string> | undefined {
  const driver = findHypervDriver(files)
  if (driver) return fact('hyperv', driver)
  const [seen] = processesNamed(files, comm => OF_TOOLS[comm] !== undefined)
  return seen && fact(OF_TOOLS[seen.comm]!, at(seen.path, seen.argv.join(' '), seen.line))
}

/** What the kernel says as it starts, and the hypervisor that is meant. */
const STARTS: readonly (readonly [RegExp, string])[] = [
  [/Hypervisor detected: VMware/, 'vmware'],
  [/Hypervisor detected: Microsoft Hyper-?V/, 'hyperv'],
  [/Booting paravirtualized kernel on Xen (?:HVM|PVH)/, 'xen-hvm'],
  [/Booting paravirtualized kernel on Xen/, 'xen-pv'],
  [/Hypervisor detected: Xen HVM/, 'xen-hvm'],
  [/Hypervisor detected: KVM/, 'kvm'],
  [/Booting paravirtualized kernel on KVM/, 'kvm'],
  [/\bkvm-clock: (?:Using msrs|cpu \d)/, 'kvm'],
]

const hear = (messages: readonly KernelMessage[], pattern: RegExp): KernelMessage | undefined =>
  messages.find(({ evidence }) => pattern.test(evidence.text))

function fromMessages(messages: readonly KernelMessage[]): Fact<string> | undefined {
  for (const [pattern, name] of STARTS) {
    const said = hear(messages, pattern)
    if (said) return fact(name, said.evidence)
  }
  return undefined
}

/** A kernel with Xen's own patches starts on Xen alone; any other is a control domain where the loader starts Xen first. */
function fromKernel({ flavour }: KernelFacts, boot: BootFacts, { cpuFlag }: Clues): Fact<string> | undefined {
  if (flavour?.value === 'classic-xen') return fact('xen-pv', ...flavour.evidence)
  // Of a machine that runs the loader tells only how it may be started the next time.
  const xen = cpuFlag === undefined ? bootedOnXen(boot) : undefined
  return xen && fact('xen-pv', xen)
}

/** The line that starts Xen itself, where nothing else is started when nobody chooses. */
function bootedOnXen({ entries }: BootFacts): Place | undefined {
  const preset = entries.filter(({ isDefault }) => isDefault)
  const started = preset.length > 0 ? preset : entries
  return started.every(({ hypervisor }) => hypervisor) ? started[0]?.hypervisor?.evidence : undefined
}

/** A kernel says so in many a guest, too: the maker of the machine has to be one of real ones. */
function onBareHardware(messages: readonly KernelMessage[], dmi: Dmi): Fact<string> | undefined {
  const said = hear(messages, /Booting paravirtualized kernel on bare hardware/)
  return said && dmi.length > 0 ? fact('none', said.evidence, ...dmi.map(({ place }) => place)) : undefined
}

/** They build machines, and write their names into no virtual one. Others of that kind have clouds as well. */
const BUILDERS =
  /^(?:Dell|HPE?\b|Hewlett[- ]Packard|Super ?micro|LENOVO|IBM\b|FUJITSU|Cisco Systems|ASUSTeK|Gigabyte|Micro-Star|ASRock|Quanta|Wiwynn|Intel\(R\) Client)/i

/** Where nothing else tells, and no processor says that it is virtual. */
function ofHardware(dmi: Dmi, guest: readonly Place[]): Fact<string> | undefined {
  const maker = dmi.find(({ field, value }) => field === 'vendor' && BUILDERS.test(value))
  return maker && guest.length === 0 ? fact('none', maker.place) : undefined
}

/** Azure's tag is the same on every machine there, and so is Oracle's. "Red Hat" alone is any QEMU of RHEL. */
const PLATFORMS: readonly (readonly [field: Dmi[number]['field'], contains: RegExp, name: string])[] = [
  ['product', /^OpenStack/, 'openstack'],
  ['vendor', /^OpenStack/, 'openstack'],
  ['product', /^(oVirt|RHEV)/, 'ovirt'],
  ['vendor', /^oVirt/, 'ovirt'],
  ['vendor', /^Amazon EC2/, 'aws'],
  ['bios', /^Amazon EC2/, 'aws'],
  ['product', /^Google Compute Engine/, 'gcp'],
  ['chassis', /^7783-7084-3265-9085-8269-3286-77/, 'azure'],
  ['chassis', /^OracleCloud\.com/, 'oci'],
  ['vendor', /^Alibaba/, 'alibaba'],
  ['vendor', /^Tencent/, 'tencent'],
  ['vendor', /^DigitalOcean/, 'digitalocean'],
  ['vendor', /^Hetzner/, 'hetzner'],
  ['vendor', /^Nutanix/, 'nutanix'],
]

function platformOf(dmi: Dmi): Fact<string> | undefined {
  for (const [field, contains, name] of PLATFORMS) {
    const found = dmi.find(each => each.field === field && contains.test(each.value))
    if (found) return fact(name, found.place)
  }
  return undefined
}

/** Of Amazon's guests on Xen the identity begins so, and the version of the firmware ends so (EC2's user guide). */
function ofAmazonsXen(files: Files, dmi: Dmi): Fact<string> | undefined {
  const uuid = findLine(files, ['sys/hypervisor/uuid'], /^ec2/i)
  const bios = findLine(files, ['sys/class/dmi/id/bios_version'], /\.amazon$/)
  const said = dmi.find(({ place }) => /, BIOS \S+\.amazon\b/.test(place.text))
  const place = uuid?.place ?? bios?.place ?? said?.place
  return place && fact('aws', place)
}

function whenPaused(name: string, clocksource: string | undefined): HypervisorFact['whenPaused'] {
  const family = familyOf(name, clocksource)
  const standing = family && FAMILIES[family].does.pause
  return standing === 'stands' || standing === 'runs-on' ? standing : undefined
}

function familyOf(name: string, clocksource: string | undefined): FamilyName | undefined {
  if (name === 'kvm') {
    if (clocksource === 'tsc') return 'kvm-tsc'
    return clocksource === 'kvm-clock' ? 'kvm-clock' : undefined
  }
  if (name === 'hyperv') return 'hyper-v'
  if (name === 'xen-pv') return 'xen-pvops'
  return name === 'vmware' || name === 'xen-hvm' || name === 'firecracker' ? name : undefined
}
