/** A daemon whose files name no source, and what hands it those that DHCP names: that is no clock which nobody can keep. */
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { lintMachine } from '../../machine/configuration.ts'
import { takeInventory } from '../inventory.ts'

const CHRONY = { 'usr/sbin/chronyd': '', 'etc/chrony.conf': 'makestep 1 -1\n' }
const NTP = { 'usr/sbin/ntpd': '', 'etc/ntp.conf': 'tinker panic 0\n' }
const RED_HAT = { ...CHRONY, 'etc/dhcp/dhclient.d/chrony.sh': '' }
const PEERNTP = 'etc/sysconfig/network-scripts'
const CONFIG = 'etc/sysconfig/network/config'

const severityOf = (members: Readonly<Record<string, string>>) => {
  const files = memoryFiles({ 'sys/class/dmi/id/sys_vendor': 'QEMU\n', ...members })
  const found = lintMachine(takeInventory(files), files).filter(({ name }) => name === 'no-source')
  expect(found).toHaveLength(1)
  return found[0]!.severity
}

test.each<[string, Readonly<Record<string, string>>]>([
  ["Red Hat's script for chronyd", RED_HAT],
  ["Red Hat's script for ntpd", { ...NTP, 'etc/dhcp/dhclient.d/ntp.sh': '' }],
  [
    'one interface that takes them',
    { ...RED_HAT, [`${PEERNTP}/ifcfg-a`]: 'PEERNTP=no\n', [`${PEERNTP}/ifcfg-b`]: '' },
  ],
  [
    'what chrony-helper of RHEL 7 was told',
    { ...CHRONY, 'var/lib/dhclient/chrony.servers.eth0': '10.1.1.1 iburst\n10.1.1.2 iburst\n' },
  ],
  ["Debian's hook", { ...NTP, 'etc/dhcp/dhclient-exit-hooks.d/ntp': '' }],
  ["SUSE's netconfig", { ...CHRONY, [CONFIG]: 'NETCONFIG_NTP_POLICY="auto"\n' }],
])('%s', (_, members) => expect(severityOf(members)).toBe('warning'))

test.each<[string, Readonly<Record<string, string>>]>([
  ['nothing', CHRONY],
  ['a lease without servers', { ...CHRONY, 'var/lib/dhclient/chrony.servers.eth0': '' }],
  ['a script for another daemon', { ...CHRONY, 'etc/dhcp/dhclient.d/ntp.sh': '' }],
  ['a script that is told not to', { ...RED_HAT, 'etc/sysconfig/network': 'PEERNTP=no\n' }],
  ['one that no interface heeds', { ...RED_HAT, [`${PEERNTP}/ifcfg-a`]: 'PEERNTP="no"\n' }],
  ['a netconfig that hands nothing on', { ...CHRONY, [CONFIG]: 'NETCONFIG_NTP_POLICY=""\n' }],
])('%s', (_, members) => expect(severityOf(members)).toBe('critical'))

test.each([
  ['/var/lib/ntp/ntp.conf.dhcp', ['-g', '-c', '/var/lib/ntp/ntp.conf.dhcp'], {}],
  ['/run/ntp.conf.dhcp', ['-g', '-c', '/run/ntp.conf.dhcp'], {}],
  ['/etc/ntp.conf', ['-g'], { 'etc/default/ntp': "NTPD_OPTS='-g'\nIGNORE_DHCP=yes\n" }],
])("Debian's script starts ntpd with what its hook has written: %s", (path, options, more) => {
  const members = {
    ...NTP,
    'etc/init.d/ntp': '#!/bin/sh\n',
    'etc/default/ntp': "NTPD_OPTS='-g'\n",
    [path === '/etc/ntp.conf' ? 'var/lib/ntp/ntp.conf.dhcp' : path.slice(1)]: 'server 10.20.0.5 iburst\n',
    ...more,
  }
  const [ntpd] = takeInventory(memoryFiles({ ...members, 'etc/ntp.conf': 'pool a.example\n' })).daemons
  expect(ntpd?.commandLine?.value.slice(1)).toEqual(options)
  expect(ntpd?.configuration.map(each => each.path)).toEqual([path])
})
