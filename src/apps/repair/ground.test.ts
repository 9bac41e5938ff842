/** Who starts the services of a copy, by what lies in it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findServiceManager } from './ground.ts'

const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true })
})

/** A path that ends in `/` is a folder. */
function copyOf(members: Readonly<Record<string, string | { readonly link: string }>>): string {
  const root = mkdtempSync(join(tmpdir(), 'clockwright-ground-'))
  made.push(root)
  for (const [path, content] of Object.entries(members)) {
    const place = join(root, path)
    mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true })
    if (typeof content !== 'string') symlinkSync(content.link, place)
    else if (!path.endsWith('/')) writeFileSync(place, content)
  }
  return root
}

/** Packages brought units long before systemd was the init of Ubuntu and Debian. */
const UNITS_AND_SCRIPTS = { 'lib/systemd/system/dbus.service': '', 'etc/init.d/ntp': '#!/bin/sh\n' }

test.each([
  ['systemd', 'Ubuntu 16.04', { ...UNITS_AND_SCRIPTS, 'proc/1/comm': 'systemd\n' }],
  ['sysv-rc', 'Ubuntu 14.04, whose init is upstart', { ...UNITS_AND_SCRIPTS, 'proc/1/comm': 'init\n' }],
  ['systemd', 'what was collected without /proc', UNITS_AND_SCRIPTS],
  [
    'systemd',
    'a disk of Debian 9',
    {
      ...UNITS_AND_SCRIPTS,
      'sbin/init': { link: '/lib/systemd/systemd' },
      'lib/systemd/systemd': '',
    },
  ],
  ['sysv-rc', 'a disk of Debian 7', { ...UNITS_AND_SCRIPTS, 'sbin/init': '', 'etc/inittab': '' }],
  ['chkconfig', 'CentOS 6', { 'proc/1/comm': 'init\n', 'etc/rc.d/init.d/': '', 'etc/inittab': '' }],
  [
    'chkconfig',
    'CentOS 5 without its programs',
    { 'proc/1/comm': 'init\n', 'etc/init.d/ntpd': '', 'etc/redhat-release': 'CentOS release 5.11 (Final)\n' },
  ],
  ['none', 'a container of CentOS', { 'etc/redhat-release': 'CentOS release 6.10 (Final)\n' }],
  [
    'openrc',
    'Alpine',
    { 'proc/1/comm': 'init\n', 'etc/runlevels/': '', 'etc/init.d/': '', 'etc/inittab': '' },
  ],
  ['none', 'an initramfs', { 'proc/1/comm': 'init\n' }],
])('%s: %s', (manager, _, members) => {
  expect(findServiceManager(copyOf(members))).toBe(manager)
})
