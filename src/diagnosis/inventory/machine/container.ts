/**
 * Are we inside a container? What systemd-detect-virt looks at: the file or the variable that a container's manager leaves,
 * the marks of Docker and Podman, the address that Kubernetes tells to each of its containers, a root that is laid over the store of
 * an engine (containerd leaves no mark) or is a folder of LXC or of systemd-nspawn, OpenVZ's /proc, and WSL's kernel. A mark alone
 * proves little: the disk of a virtual machine may have been made from a container's image. Where the kernel's own threads are to be
 * seen, nobody is inside anything. A sosreport has none of the first, and holds what systemd itself said when it was asked there.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import { at, fact, findLine, wholeFile } from '../place.ts'

const MARKS: readonly (readonly [path: string, name: string])[] = [
  ['/.dockerenv', 'docker'],
  ['/run/.containerenv', 'podman'],
]

/** proc_pid_mountinfo(5): the root of the mount, where it is mounted, and behind ` - ` the kind of the file system and its options. */
const LAID_OVER =
  /^\d+ \d+ \S+ \/ \/ .* - overlay \S+ \S*lowerdir=[^ ,]*\/(containerd|docker|containers\/storage)\//
const ENGINES: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  docker: 'docker',
  'containers/storage': 'podman',
}

/** A folder of the machine around it is the root: of LXC and LXD, also where each has a file system of ZFS, and of systemd-nspawn. */
const FOLDER_OF_LXC =
  /^\d+ \d+ \S+ (?:\S*\/(?:lxc|containers)\/[^/ ]+\/rootfs \/ |\/rootfs \/ .* - zfs \S+\/containers\/)/
const FOLDER_OF_NSPAWN = /^\d+ \d+ \S+ \S*\/lib\/machines\/[^/ ]+ \/ /

export const isRootMount = (line: string): boolean =>
  [LAID_OVER, FOLDER_OF_LXC, FOLDER_OF_NSPAWN].some(pattern => pattern.test(line))

const MOUNTS = ['proc/self/mountinfo', 'proc/1/mountinfo']

/** The words of systemd-detect-virt(1) for containers; before virtual machines they are what systemd says. */
const KINDS = 'openvz|lxc|lxc-libvirt|systemd-nspawn|docker|podman|rkt|wsl|proot|pouch|container-other'
const SAID_KIND = new RegExp(`^\\s*Virtualization(?:: |=)(${KINDS})\\s*$`)
/** As a unit was started, or was not: systemd-analyze(1) and systemctl(1) print it so. */
const SAID_BY_CONDITION =
  /^\s*(?:└─ )?(?:Condition|Assert)Virtualization(?:: \|?!container failed|: \|?container succeeded|=\|?!container was not met)\b/

export const isContainerSaid = (line: string): boolean => SAID_KIND.test(line) || SAID_BY_CONDITION.test(line)

/** What sos' plugins of the host and of systemd asked, each with what may stand there. */
const ASKED = [
  'sos_commands/host/hostnamectl_status',
  'sos_commands/host/hostnamectl',
  'sos_commands/systemd/systemctl_show_--all',
]
const MOST_OF_UNITS = 16 << 20
const ASKED_OF_UNITS = [
  'sos_commands/systemd/systemctl_status_--all',
  'sos_commands/systemd/systemd-analyze_dump',
]

function fromReport(files: Files): Fact<string> | undefined {
  const kind = findLine(files, ASKED, SAID_KIND)
  if (kind) return fact(kind.match[1]!, kind.place)
  const condition = findLine(files, ASKED_OF_UNITS, SAID_BY_CONDITION, MOST_OF_UNITS)
  return condition && fact('container-other', condition.place)
}

export function findContainer(files: Files): Fact<string> | undefined {
  const told = wholeFile(files, 'run/systemd/container')
  if (told) return told
  const outermost = files.text('proc/2/comm') === 'kthreadd'
  for (const [path, name] of outermost ? [] : MARKS) {
    if (files.exists(path)) return fact(name, at(path, 'the file is there'))
  }
  const environment = files.text('proc/1/environ')?.split('\0') ?? []
  const variable = environment.find(each => /^container=./.test(each))
  if (variable) return fact(variable.slice('container='.length), at('proc/1/environ', variable))
  const pod = environment.find(each => /^KUBERNETES_SERVICE_HOST=./.test(each))
  if (pod) return fact('kubernetes', at('proc/1/environ', pod))
  const root = outermost ? undefined : findLine(files, MOUNTS, LAID_OVER)
  if (root) return fact(ENGINES[root.match[1]!]!, root.place)
  const said = fromReport(files)
  if (said) return said
  const lxc = outermost ? undefined : findLine(files, MOUNTS, FOLDER_OF_LXC)
  if (lxc) return fact('lxc', lxc.place)
  const nspawn = outermost ? undefined : findLine(files, MOUNTS, FOLDER_OF_NSPAWN)
  if (nspawn) return fact('systemd-nspawn', nspawn.place)
  // The host of OpenVZ has both.
  if (files.exists('proc/vz') && !files.exists('proc/bc'))
    return fact('openvz', at('proc/vz', 'the directory is there'))
  const release = wholeFile(files, 'proc/sys/kernel/osrelease')
  return release && /microsoft|WSL/i.test(release.value) ? fact('wsl', ...release.evidence) : undefined
}
