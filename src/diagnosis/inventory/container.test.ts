/** A container is known by what its engine leaves in it, and a machine is none for having been made from a container's image. */
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { findContainer } from './container.ts'

const rootOn = (options: string) => ({
  'proc/self/mountinfo': `22 21 0:20 / /proc rw - proc proc rw\n651 540 0:50 / / rw,relatime - overlay overlay rw,${options}\n`,
})
const STORE = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs'

test.each<[string | undefined, Record<string, string>]>([
  ['kubernetes', { 'proc/1/environ': 'HOME=/root\0KUBERNETES_SERVICE_HOST=10.0.0.1\0' }],
  ['containerd', rootOn(`lowerdir=${STORE},upperdir=/x`)],
  ['containerd', rootOn(`lowerdir=/run/a:${STORE}`)],
  ['docker', rootOn('lowerdir=/var/lib/docker/overlay2/l/ABC,upperdir=/x')],
  ['podman', rootOn('lowerdir=/var/lib/containers/storage/overlay/l/ABC')],
  [undefined, rootOn('lowerdir=/run/live/rootfs/filesystem.squashfs,upperdir=/run/live/overlay/rw')],
  [undefined, { ...rootOn(`lowerdir=${STORE}`), 'proc/2/comm': 'kthreadd\n' }],
  [undefined, { 'proc/self/mountinfo': `9 8 0:50 / /var/x rw - overlay overlay rw,lowerdir=${STORE}\n` }],
])('%s', (engine, files) => {
  expect(findContainer(memoryFiles(files))?.value).toBe(engine)
})
