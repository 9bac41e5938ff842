/**
 * What hands the time servers that DHCP names to a daemon whose own files may name none: Red Hat's scripts of dhclient (which
 * NetworkManager runs, too), Debian's hooks, SUSE's netconfig. Whether DHCP did name any is known to the running machine alone. From
 * Red Hat's 8.4 and Debian 11 on chronyd's own file names a folder in /run for that: what is in there is read as any of its files.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact, Place } from '#core/guest/inventory.ts'
import { assignedTo, parseEnvironment } from '#dialects/linux/environment-file.ts'
import { at, fact, findLine, firstThere, linesIn, textAt } from '../place.ts'

const HOOKS: Readonly<Record<string, readonly string[]>> = {
  chronyd: ['/etc/dhcp/dhclient.d/chrony.sh'],
  ntpd: ['/etc/dhcp/dhclient.d/ntp.sh', '/etc/dhcp/dhclient-exit-hooks.d/ntp'],
  ntpsec: ['/etc/dhcp/dhclient-exit-hooks.d/ntpsec', '/etc/dhcp/dhclient-exit-hooks.d/ntp'],
  'systemd-timesyncd': ['/etc/dhcp/dhclient-exit-hooks.d/timesyncd'],
}

export function findDhcpHook(files: Files, daemon: string): Fact<string> | undefined {
  const given = daemon === 'chronyd' ? givenToHelper(files) : undefined
  if (given) return given
  const hook = firstThere(files, HOOKS[daemon] ?? [])
  if (hook !== undefined && !isRefused(files)) return fact(hook, at(hook, 'the script is there'))
  const policy = /^(?:chronyd|ntpd)$/.test(daemon) ? netconfigPolicy(files) : undefined
  return policy && fact(policy.path, policy)
}

const LEASES = '/var/lib/dhclient'

/** RHEL 7: chrony-helper hands each interface's servers on, from the file that the script of dhclient has written for it. */
function givenToHelper(files: Files): Fact<string> | undefined {
  const name = files.names(LEASES).find(each => each.startsWith('chrony.servers.'))
  const path = `${LEASES}/${name}`
  const at = name === undefined ? undefined : findLine(files, [path], /^\s*([\w.:-]+)/)
  return at && fact(path, at.place)
}

const NETWORK = '/etc/sysconfig/network'
const INTERFACES = '/etc/sysconfig/network-scripts'

/** Scripts of dhclient.d look for that (initscripts, sysconfig.txt): for all interfaces, or for one. */
function isRefused(files: Files): boolean {
  const interfaces = files
    .names(INTERFACES)
    .filter(name => /^ifcfg-(?!lo$)[\w.-]+$/.test(name))
    .map(name => `${INTERFACES}/${name}`)
  const refuses = (path: string) => findLine(files, [path], /^\s*PEERNTP\s*=\s*["']?no\b/i) !== undefined
  return refuses(NETWORK) || (interfaces.length > 0 && interfaces.every(refuses))
}

const CONFIG = '/etc/sysconfig/network/config'

/** SUSE's netconfig(8): `auto`, and words in capitals beside it; empty, nothing is handed on. */
function netconfigPolicy(files: Files): Place | undefined {
  const assigned = assignedTo(parseEnvironment(textAt(files, CONFIG) ?? '', 'shell'), 'NETCONFIG_NTP_POLICY')
  return assigned && assigned.value.trim() !== ''
    ? at(CONFIG, linesIn(files, CONFIG)[assigned.line - 1]?.trim() ?? assigned.text, assigned.line)
    : undefined
}
