/** Which kernel runs, or would: its release, version and kind, and the distribution around it. */
import type { Files } from '#core/guest/files.ts'
import type { BootFacts, Distribution, Fact, KernelFacts } from '#core/guest/inventory.ts'
import { assignedTo, parseEnvironment } from '#dialects/linux/environment-file.ts'
import { hasIndependentWallclock, parseKernelRelease } from '#dialects/linux/kernel-release.ts'
import { at, fact, findLine, wholeFile } from '../place.ts'

/** `uname -a`, as sosreport keeps it. */
const UNAME = ['sos_commands/kernel/uname_-a', 'uname']

export function findKernel(files: Files, boot: BootFacts): KernelFacts {
  const uname = findLine(
    files,
    UNAME,
    /^Linux \S+ (\S+) (#.*?) (x86_64|i[3-6]86|aarch64|armv\w+|ppc64\w*|s390x|riscv64)\b/,
  )
  const release =
    wholeFile(files, 'proc/sys/kernel/osrelease') ??
    (uname && fact(uname.match[1]!, uname.place)) ??
    fromVersionFile(files) ??
    fromDisk(files, boot)
  return {
    release,
    version: wholeFile(files, 'proc/sys/kernel/version') ?? (uname && fact(uname.match[2]!, uname.place)),
    architecture:
      wholeFile(files, 'proc/sys/kernel/arch') ??
      (uname && fact(uname.match[3]!, uname.place)) ??
      architectureOf(release),
    flavour: flavourOf(files, release),
    distribution: findDistribution(files),
  }
}

function fromVersionFile(files: Files): Fact<string> | undefined {
  const line = findLine(files, ['proc/version'], /^Linux version (\S+)/)
  return line && fact(line.match[1]!, line.place)
}

/** What starts when nobody chooses; else the newest kernel that has modules. */
function fromDisk(files: Files, boot: BootFacts): Fact<string> | undefined {
  const preset = boot.entries.find(({ isDefault, kernel }) => isDefault && kernel)?.kernel
  const named = preset && /(?:vmlinu[xz]|kernel)-(\d[^/\s]*)$/.exec(preset.image)?.[1]
  if (named) return fact(named, preset.evidence)
  for (const directory of ['lib/modules', 'usr/lib/modules']) {
    const newest = files
      .names(directory)
      .filter(name => /^\d+\.\d/.test(name))
      .sort(byNumbers)
      .at(-1)
    if (newest && files.exists(`${directory}/${newest}`))
      return fact(newest, at(`${directory}/${newest}`, 'the newest kernel with modules here'))
  }
  return undefined
}

/** 5.14.0-70 comes before 5.14.0-503. */
function byNumbers(a: string, b: string): number {
  const [one, other] = [a.split(/\D+/).map(Number), b.split(/\D+/).map(Number)]
  for (let i = 0; i < Math.min(one.length, other.length); i++)
    if (one[i] !== other[i]) return one[i]! - other[i]!
  return one.length - other.length
}

function architectureOf(release: Fact<string> | undefined): Fact<string> | undefined {
  const [, suffix] = /[.-](x86_64|amd64|i[3-6]86|aarch64|arm64)$/.exec(release?.value ?? '') ?? []
  if (!release || suffix === undefined) return undefined
  const spelled = { amd64: 'x86_64', arm64: 'aarch64' }[suffix] ?? suffix
  return fact(spelled, ...release.evidence)
}

const SWITCH = '/proc/sys/xen/independent_wallclock'
/**
 * RHEL 5, Debian 4 and 5 (2.6.18, 2.6.26), all of SUSE's flavour `-xen`, and Ubuntu's `-ec2` of 9.10 and 10.04
 * (https://wiki.ubuntu.com/KernalTeam/EC2Kernel): kernels that carry Xen's own patches.
 */
const CLASSIC = /^2\.6\.(?:16|18|2[0-7])\b.*xen|^2\.6\.3[12]\b.*-ec2$|el5xen|-xen$/

function flavourOf(files: Files, release: Fact<string> | undefined): KernelFacts['flavour'] {
  if (files.exists(SWITCH)) return fact('classic-xen', at(SWITCH, 'the switch is there'))
  if (!release) return undefined
  const parsed = parseKernelRelease(release.value)
  const classic = CLASSIC.test(release.value) && (!parsed || hasIndependentWallclock(parsed))
  return fact(classic ? 'classic-xen' : 'standard', ...release.evidence)
}

/** Files of before os-release, each with one line that names the system. */
const RELEASE_FILES: readonly (readonly [path: string, id: string])[] = [
  ['etc/centos-release', 'centos'],
  ['etc/redhat-release', 'rhel'],
  ['etc/SuSE-release', 'sles'],
  ['etc/system-release', 'amzn'],
]

function findDistribution(files: Files): Fact<Distribution> | undefined {
  for (const path of ['etc/os-release', 'usr/lib/os-release']) {
    const text = files.text(path)
    if (!text) continue
    const environment = parseEnvironment(text, 'shell')
    const id = assignedTo(environment, 'ID')
    const version = assignedTo(environment, 'VERSION_ID')
    const name = assignedTo(environment, 'PRETTY_NAME') ?? assignedTo(environment, 'NAME') ?? id
    if (!id || !name) continue
    const places = [name, id, ...(version ? [version] : [])].map(each => at(path, each.text, each.line))
    return fact({ id: id.value, version: version?.value, name: name.value }, ...places)
  }
  for (const [path, usual] of RELEASE_FILES) {
    const line = findLine(files, [path], /\S/)
    if (!line) continue
    const text = line.place.text
    const id = /^CentOS/.test(text) ? 'centos' : /^openSUSE/.test(text) ? 'opensuse' : usual
    const version = /(?:release|Server|openSUSE) (\d+(?:\.\d+)*)/.exec(text)?.[1]
    return fact({ id, version, name: text }, line.place)
  }
  const debian = wholeFile(files, 'etc/debian_version')
  return (
    debian &&
    fact({ id: 'debian', version: debian.value, name: `Debian ${debian.value}` }, ...debian.evidence)
  )
}
