/**
 * Are we inside a container? What systemd-detect-virt looks at: the file or the variable that a container's manager leaves,
 * the marks of Docker and Podman, OpenVZ's /proc, and WSL's kernel. A mark alone proves little: the disk of a virtual machine
 * may have been made from a container's image. Where the kernel's own threads are to be seen, nobody is inside anything.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import { at, fact, wholeFile } from './place.ts'

const MARKS: readonly (readonly [path: string, name: string])[] = [
  ['/.dockerenv', 'docker'],
  ['/run/.containerenv', 'podman'],
]

export function findContainer(files: Files): Fact<string> | undefined {
  const told = wholeFile(files, 'run/systemd/container')
  if (told) return told
  const outermost = files.text('proc/2/comm') === 'kthreadd'
  for (const [path, name] of outermost ? [] : MARKS) {
    if (files.exists(path)) return fact(name, at(path, 'the file is there'))
  }
  const environment = files.text('proc/1/environ')
  const variable = environment?.split('\0').find(each => /^container=./.test(each))
  if (variable) return fact(variable.slice('container='.length), at('proc/1/environ', variable))
  // The host of OpenVZ has both.
  if (files.exists('proc/vz') && !files.exists('proc/bc'))
    return fact('openvz', at('proc/vz', 'the directory is there'))
  const release = wholeFile(files, 'proc/sys/kernel/osrelease')
  return release && /microsoft|WSL/i.test(release.value) ? fact('wsl', ...release.evidence) : undefined
}
