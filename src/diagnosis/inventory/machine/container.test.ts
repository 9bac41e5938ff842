/** A container is known by what its engine leaves in it, and a machine is none for having been made from a container's image. */
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { findContainer } from './container.ts'

const rootOn = (options: string) => ({
  'proc/self/mountinfo': `22 21 0:20 / /proc rw - proc proc rw\n651 540 0:50 / / rw,relatime - overlay overlay rw,${options}\n`,
})
const STORE = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs'
const root = (folder: string, at = '/') => `9 8 252:2 ${folder} ${at} rw - ext4 /dev/vda2 rw\n`
const HOSTNAMECTL = 'sos_commands/host/hostnamectl_status'
const STATUS = 'sos_commands/systemd/systemctl_status_--all'
const DUMP = 'sos_commands/systemd/systemd-analyze_dump'

test.each<[string | undefined, Record<string, string>]>([
  ['kubernetes', { 'proc/1/environ': 'HOME=/root\0KUBERNETES_SERVICE_HOST=10.0.0.1\0' }],
  ['containerd', rootOn(`lowerdir=${STORE},upperdir=/x`)],
  ['containerd', rootOn(`lowerdir=/run/a:${STORE}`)],
  ['docker', rootOn('lowerdir=/var/lib/docker/overlay2/l/ABC,upperdir=/x')],
  ['podman', rootOn('lowerdir=/var/lib/containers/storage/overlay/l/ABC')],
  [undefined, rootOn('lowerdir=/run/live/rootfs/filesystem.squashfs,upperdir=/run/live/overlay/rw')],
  [undefined, { ...rootOn(`lowerdir=${STORE}`), 'proc/2/comm': 'kthreadd\n' }],
  [undefined, { 'proc/self/mountinfo': `9 8 0:50 / /var/x rw - overlay overlay rw,lowerdir=${STORE}\n` }],
  ['lxc', { 'proc/1/mountinfo': root('/var/snap/lxd/common/lxd/storage-pools/a/containers/b/rootfs') }],
  ['lxc', { 'proc/1/mountinfo': root('/@/var/lib/lxc/101/rootfs') }],
  ['lxc', { 'proc/1/mountinfo': '9 8 0:50 /rootfs / rw - zfs pool/lxd/containers/b rw\n' }],
  ['systemd-nspawn', { 'proc/1/mountinfo': root('/var/lib/machines/b') }],
  [undefined, { 'proc/1/mountinfo': `${root('/')}${root('/var/lib/lxc/101/rootfs', '/mnt')}` }],
  [undefined, { 'proc/1/mountinfo': root('/@') }],
  ['lxc', { [HOSTNAMECTL]: '  Chassis: container\n    Virtualization: lxc\n' }],
  ['lxc-libvirt', { 'sos_commands/systemd/systemctl_show_--all': 'Virtualization=lxc-libvirt\n' }],
  [undefined, { [HOSTNAMECTL]: '   Chassis: vm\n  Virtualization: kvm\n' }],
  ['container-other', { [DUMP]: '\tConditionVirtualization: !container failed\n' }],
  [undefined, { [DUMP]: '\tConditionVirtualization: !container untested\n' }],
  [undefined, { [DUMP]: '\tConditionVirtualization: container failed\n' }],
  ['container-other', { [STATUS]: '     └─ ConditionVirtualization=!container was not met\n' }],
  [undefined, { [STATUS]: '     └─ ConditionVirtualization=container was not met\n' }],
])('%s', (engine, files) => {
  expect(findContainer(memoryFiles(files))?.value).toBe(engine)
})
