/**
 * Are we inside a container? What systemd-detect-virt looks at: the file or the variable that a container's manager leaves,
 * the marks of Docker and Podman, the address that Kubernetes tells to each of its containers, a root that is laid over the store of
 * an engine (containerd leaves no mark), OpenVZ's /proc, and WSL's kernel. A mark alone proves little: the disk of a virtual machine
 * may have been made from a container's image. Where the kernel's own threads are to be seen, nobody is inside anything.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import { at, fact, findLine, wholeFile } from './place.ts'

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

export const isRootMount = (line: string): boolean => LAID_OVER.test(line)

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
  const root = outermost ? undefined : findLine(files, ['proc/self/mountinfo'], LAID_OVER)
  if (root) return fact(ENGINES[root.match[1]!]!, root.place)
  // The host of OpenVZ has both.
  if (files.exists('proc/vz') && !files.exists('proc/bc'))
    return fact('openvz', at('proc/vz', 'the directory is there'))
  const release = wholeFile(files, 'proc/sys/kernel/osrelease')
  return release && /microsoft|WSL/i.test(release.value) ? fact('wsl', ...release.evidence) : undefined
}
