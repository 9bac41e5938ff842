/**
 * Which packages are there, with their versions: from the databases that are text (dpkg, apk, pacman), from the lists that
 * sosreport and RHEL 5 to 7 keep, and from the folders of documentation that carried versions in their names until RHEL 7.
 * The database of rpm itself is not read.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import { at, fact, linesIn } from '../place.ts'

/** By name; the value is the version as the package has it. */
export type Packages = ReadonlyMap<string, Fact<string>>

export const DPKG_STATUS = '/var/lib/dpkg/status'
const MOST_STATUS = 32 << 20

/** All whose presence says something about who keeps the clock. */
export const OF_TIME = new Set(
  `chrony ntp ntpsec ntpd openntpd ntpd-rs systemd-timesyncd ntpdate ntpsec-ntpdate sntp linuxptp ptpd ptpd2 sfptpd htpdate
   busybox open-vm-tools vmware-tools VMwareTools virtualbox-guest-utils virtualbox-guest-additions-iso qemu-guest-agent
   qemu-kvm-guest-agent hyperv-daemons hypervkvpd hyperv-tools xe-guest-utilities xen-guest-agent google-guest-agent
   google-compute-engine`.split(/\s+/),
)

export function readPackages(files: Files): Packages {
  const found = new Map<string, Fact<string>>()
  const take = (name: string, version: string, path: string, text: string, line?: number) => {
    if (OF_TIME.has(name) && !found.has(name)) found.set(name, fact(version, at(path, text, line)))
  }
  readDpkg(files, take)
  readLists(files, take)
  readApk(files, take)
  readNames(files, take)
  return found
}

type Take = (name: string, version: string, path: string, text: string, line?: number) => void

/** Paragraphs of `Key: value`; what was removed and left its configuration is not installed. */
function readDpkg(files: Files, take: Take): void {
  let name = ''
  let installed = false
  for (const [index, text] of linesIn(files, DPKG_STATUS, MOST_STATUS).entries()) {
    if (text === '') name = ''
    else if (text.startsWith('Package: ')) {
      name = text.slice('Package: '.length)
      installed = true
    } else if (text.startsWith('Status: ')) installed = / installed$/.test(text)
    else if (text.startsWith('Version: ') && installed)
      take(name, text.slice('Version: '.length), DPKG_STATUS, `${name}: ${text}`, index + 1)
  }
}

/** Is there a list of what is installed that is read here, whatever stands in it? */
export const hasPackages = (files: Files): boolean =>
  [DPKG_STATUS, APK, PACMAN, ...RPM_LISTS, ...DEB_LISTS].some(files.exists)

const RPM_LISTS = ['/installed-rpms', '/sos_commands/rpm/package-data', '/var/log/rpmpkgs']
const DEB_LISTS = ['/installed-debs', '/sos_commands/dpkg/dpkg_-l']

function readLists(files: Files, take: Take): void {
  for (const path of RPM_LISTS) {
    for (const [index, text] of linesIn(files, path).entries()) {
      // name-version-release.architecture, of which only the name may hold hyphens.
      const [, name, version] =
        /^(\S{1,100})-([^-\s]{1,100}-[^-\s]{1,100}?)\.(?:\w+)(?:\.rpm)?(?:\s|$)/.exec(text) ?? []
      if (name !== undefined) take(name, version!, path, text.trim(), index + 1)
    }
  }
  for (const path of DEB_LISTS) {
    for (const [index, text] of linesIn(files, path).entries()) {
      const [, name, version] = /^ii +([^\s:]+)(?::\w+)? +(\S+)/.exec(text) ?? []
      if (name !== undefined) take(name, version!, path, text.trim(), index + 1)
    }
  }
}

const APK = '/lib/apk/db/installed'

function readApk(files: Files, take: Take): void {
  let name = ''
  for (const [index, text] of linesIn(files, APK, MOST_STATUS).entries()) {
    if (text.startsWith('P:')) name = text.slice(2)
    else if (text.startsWith('V:')) take(name, text.slice(2), APK, `${name}: ${text}`, index + 1)
  }
}

const PACMAN = '/var/lib/pacman/local'

/** pacman keeps a folder for each package; so did the documentation of Red Hat's. */
function readNames(files: Files, take: Take): void {
  for (const [folder, pattern] of [
    [PACMAN, /^(.{1,100})-([^-]{1,100}-[^-]{1,100})$/],
    ['/usr/share/doc', /^([a-z][\w-]{0,100}?)-(\d[\w.]{0,100})$/],
  ] as const) {
    for (const each of files.names(folder)) {
      const [, name, version] = pattern.exec(each) ?? []
      if (name === undefined || !OF_TIME.has(name) || !files.exists(`${folder}/${each}`)) continue
      take(name, version!, `${folder}/${each}`, each)
    }
  }
}

/** `1:4.2.8p12+dfsg-4` is 4.2.8p12: without the epoch, the distribution's own revision, and what it left out. */
export const upstreamVersion = (version: string): string =>
  version
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/[+~].*$/, '')
    .replace(/\.p(\d+)/, 'p$1')
