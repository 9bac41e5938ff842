/**
 * Whole systems with a real init, on a disk each: `.cache/vm/root-INIT-….ext4`. Debian's packages, installed by mmdebstrap
 * (itself only unpacked) into a folder and nowhere else, with no network and no right to set this machine's clock while
 * their scripts run.
 *
 * Debian lets a machine have one time daemon; here there are several, as on a machine with a history, and a file of dpkg's
 * says so by force.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFileSystem, once } from './vm-image.js'
import { contentKey, machinesApt, must, say, sureOf, text, unpackOnce } from './vm-packages.js'

/** By what each init is, and the daemons that have a unit or a script for it. */
export const INITS = {
  systemd: { packages: ['systemd-sysv', 'dbus'], daemons: ['chrony', 'ntpsec', 'systemd-timesyncd'] },
  openrc: { packages: ['sysvinit-core', 'openrc'], daemons: ['chrony', 'ntpsec'] },
  sysv: { packages: ['sysvinit-core', 'sysv-rc'], daemons: ['chrony', 'ntpsec'] },
}
/** What the daemons need, and what a person finds on any machine. */
const SHARED = [
  ...['procps', 'iproute2', 'adduser', 'ucf', 'tzdata', 'netbase', 'lsb-base', 'python3', 'python3-ntp'],
  ...['libcap2', 'libedit2', 'libgnutls30', 'libnettle8', 'libseccomp2', 'libbsd0', 'libssl3'],
]
/** Half of the disk, and nobody reads it there. */
const UNREAD = ['doc', 'man', 'locale', 'info']
/** An empty one would make the first boot special: systemd would enable and disable units as it thinks best. */
const MACHINE_ID = '5b9d5c1f2a7e4c0e9a3c1d2e4f506172'
const QUIETLY = ['unshare', '-m', '-p', '-f', '--mount-proc']
const NO_CLOCK = ['setpriv', '--bounding-set=-sys_time', '--inh-caps=-all', '--']

/** → the disk. */
export function makeInitRoot(root, cache, init) {
  const { packages, daemons } = INITS[init]
  const key = contentKey(text(join(root, 'tools/vm-inits.js')), init)
  return once(join(cache, `root-${init}-${key}.ext4`), making => {
    sureOf([{ program: 'perl', package: 'perl' }])
    const bootstrap = unpackOnce(cache, 'bootstrap', machinesApt, ['mmdebstrap'])
    say(`making a system with ${init} (half a minute) …`)
    const tree = `${making}.tree`
    rmSync(tree, { recursive: true, force: true })
    must([
      ...[...QUIETLY, ...NO_CLOCK, join(bootstrap, 'usr/bin/mmdebstrap'), '--mode=root', '--variant=apt'],
      ...[`--include=${[...packages, ...SHARED].join(',')}`, codename(), tree],
    ])
    putDaemons(tree, daemons)
    for (const name of UNREAD) rmSync(join(tree, 'usr/share', name), { recursive: true, force: true })
    for (const [path, content] of [
      ['etc/hostname', 'guest\n'],
      ['etc/machine-id', `${MACHINE_ID}\n`],
      ['etc/fstab', ''],
    ])
      writeFileSync(join(tree, path), content)
    // Without udev nobody tells systemd of the console, and it would wait for that.
    if (init === 'systemd')
      must(['ln', '-s', '/dev/null', join(tree, 'etc/systemd/system/serial-getty@.service')])
    makeFileSystem(tree, making)
    rmSync(tree, { recursive: true, force: true })
  })
}

/** All of them at once, which their packages forbid. They are enabled as if each were alone. */
function putDaemons(tree, daemons) {
  const folder = join(tree, 'var/tmp/daemons')
  mkdirSync(folder)
  must(['apt-get', '-q', 'download', ...daemons], folder)
  const policy = join(tree, 'usr/sbin/policy-rc.d')
  writeFileSync(policy, '#!/bin/sh\nexit 101\n')
  chmodSync(policy, 0o755)
  const files = readdirSync(folder).map(name => `/var/tmp/daemons/${name}`)
  must([
    ...[...QUIETLY, '-n', ...NO_CLOCK, 'chroot', tree],
    ...['env', 'DEBIAN_FRONTEND=noninteractive', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
    ...['dpkg', '--force-conflicts', '--install', ...files],
  ])
  rmSync(policy)
  rmSync(folder, { recursive: true })
}

/** That of this machine's own packages: the kernel's is the same. */
function codename() {
  const { stdout } = spawnSync('sh', ['-c', '. /etc/os-release; echo "$VERSION_CODENAME"'], {
    encoding: 'utf8',
  })
  return stdout.trim() || 'bookworm'
}
