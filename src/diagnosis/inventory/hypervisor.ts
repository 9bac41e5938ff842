/**
 * The hypervisor, with what it was told by, the platform that is built upon it, and what the clocks of a guest do while it is
 * paused. Who it is, `core/guest/hypervisor.ts` says from /proc and /sys; a copy without those may have been asked by others:
 * lscpu and hostnamectl in a sosreport, the kernel's own messages.
 */
import type { Files } from '#core/guest/files.ts'
import { readClues, tellHypervisor } from '#core/guest/hypervisor.ts'
import type { Fact, HypervisorFact, KernelMessage, Place } from '#core/guest/inventory.ts'
import { FAMILIES, type FamilyName } from '#worlds/simulated/hypervisor/family.ts'
import { at, fact, findLine } from './place.ts'

export function findHypervisor(
  files: Files,
  clocksource: string | undefined,
  messages: readonly KernelMessage[],
): Fact<HypervisorFact> | undefined {
  const clues = readClues(files)
  const flag = findLine(files, ['proc/cpuinfo'], /^flags\s*:/)?.place ?? at('proc/cpuinfo', 'flags')
  const told = tellHypervisor(clues)
  const evidence: Place[] = []
  let name = told?.name
  if (told) {
    if (told.path) evidence.push(at(told.path, told.evidence))
    if (clues.cpuFlag) evidence.push({ ...flag, text: 'flags: … hypervisor …' })
  } else if (clues.cpuFlag === false) {
    name = 'none'
    evidence.push({ ...flag, text: 'flags: no hypervisor' })
  } else {
    const heard = fromCommands(files) ?? fromMessages(messages)
    if (!heard) return undefined
    name = heard.value
    evidence.push(...heard.evidence)
  }
  const platform = platformOf(clues.dmi)
  if (platform) evidence.push(platform.place)
  // QEMU without KVM makes all counters itself, and stops them all.
  const emulated = findLine(files, ['proc/cpuinfo'], /^model name\s*:\s*QEMU TCG CPU/)
  if (emulated) evidence.push(emulated.place)
  const controlDomain = clues.xen.capabilities?.includes('control_d') ?? false
  return fact(
    {
      name: name!,
      controlDomain,
      platform: platform?.name,
      whenPaused: controlDomain ? undefined : emulated ? 'stands' : whenPaused(name!, clocksource),
    },
    ...evidence,
  )
}

/** As lscpu ("Hypervisor vendor:") and hostnamectl ("Virtualization:") write them. */
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

function fromCommands(files: Files): Fact<string> | undefined {
  const said =
    findLine(files, ['sos_commands/processor/lscpu'], /^Hypervisor vendor: +(\S+)/) ??
    findLine(
      files,
      ['sos_commands/host/hostnamectl_status', 'sos_commands/host/hostnamectl'],
      /^\s*Virtualization: (\S+)/,
    )
  const name = said && SPELLINGS[said.match[1]!.toLowerCase()]
  return name === undefined ? undefined : fact(name, said!.place)
}

/** What the kernel says as it starts, and the hypervisor that is meant. */
const STARTS: readonly (readonly [RegExp, string])[] = [
  [/Hypervisor detected: KVM/, 'kvm'],
  [/Hypervisor detected: VMware/, 'vmware'],
  [/Hypervisor detected: Microsoft Hyper-?V/, 'hyperv'],
  [/Hypervisor detected: Xen HVM/, 'xen-hvm'],
  [/Booting paravirtualized kernel on Xen(?! HVM)/, 'xen-pv'],
  [/Booting paravirtualized kernel on bare hardware/, 'none'],
]

function fromMessages(messages: readonly KernelMessage[]): Fact<string> | undefined {
  for (const [pattern, name] of STARTS) {
    const said = messages.find(({ evidence }) => pattern.test(evidence.text))
    if (said) return fact(name, said.evidence)
  }
  return undefined
}

/** Fields as in `Clues.dmi`. Azure's tag is the same on every machine there. */
const PLATFORMS: readonly (readonly [field: string, file: string, contains: RegExp, name: string])[] = [
  ['product', 'product_name', /^OpenStack/, 'openstack'],
  ['vendor', 'sys_vendor', /^OpenStack/, 'openstack'],
  ['product', 'product_name', /^(oVirt|RHEV)/, 'ovirt'],
  ['vendor', 'sys_vendor', /^(oVirt|Red Hat$)/, 'ovirt'],
  ['vendor', 'sys_vendor', /^Amazon EC2/, 'aws'],
  ['bios', 'bios_vendor', /^Amazon EC2/, 'aws'],
  ['product', 'product_name', /^Google Compute Engine/, 'gcp'],
  ['chassis', 'chassis_asset_tag', /^7783-7084-3265-9085-8269-3286-77/, 'azure'],
  ['vendor', 'sys_vendor', /^Alibaba/, 'alibaba'],
  ['vendor', 'sys_vendor', /^Tencent/, 'tencent'],
  ['vendor', 'sys_vendor', /^DigitalOcean/, 'digitalocean'],
  ['vendor', 'sys_vendor', /^Hetzner/, 'hetzner'],
  ['vendor', 'sys_vendor', /^Nutanix/, 'nutanix'],
]

function platformOf(dmi: Readonly<Record<string, string>>): { name: string; place: Place } | undefined {
  for (const [field, file, contains, name] of PLATFORMS) {
    const value = dmi[field]
    if (value && contains.test(value)) return { name, place: at(`sys/class/dmi/id/${file}`, value) }
  }
  return undefined
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
