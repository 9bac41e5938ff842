import { expect, test } from 'vitest'
import { hasIndependentWallclock, isTickless, parseKernelRelease, takesDivider } from './kernel-release.ts'

test.each([
  ['2.6.18-53.1.4.el5xen', { numbers: [2, 6, 18], build: 53, enterprise: 5, xen: true }],
  ['/vmlinuz-2.6.18-53.el5', { numbers: [2, 6, 18], build: 53, enterprise: 5, xen: false }],
  ['2.6.32-316-ec2', { numbers: [2, 6, 32], build: 316, xen: true }],
  ['2.6.9-78.ELsmp', { numbers: [2, 6, 9], build: 78, xen: false }],
  ['3.10.0-514.el7.x86_64', { numbers: [3, 10, 0], build: 514, enterprise: 7, bits: 64 }],
  ['6.1.0-18-amd64', { numbers: [6, 1, 0], bits: 64, enterprise: undefined }],
])('%s', (text, expected) => expect(parseKernelRelease(text)).toMatchObject(expected))

test.each(['', 'linux', '/boot/xen.gz', '%'])('%j is none', text =>
  expect(parseKernelRelease(text)).toBeUndefined(),
)

const release = (text: string) => parseKernelRelease(text)!

test('divider= is of the kernels of RHEL 4.7 and 5.1 that tick, and of none for Xen', () => {
  expect(takesDivider(release('2.6.18-53.el5'))).toBe(true)
  expect(takesDivider(release('2.6.18-8.el5'))).toBe(false)
  expect(takesDivider(release('2.6.18-53.el5xen'))).toBe(false)
  expect(takesDivider(release('2.6.9-78.EL'))).toBe(true)
  expect(takesDivider(release('2.6.32-71.el6.x86_64'))).toBe(false)
})

test('ticks went away, and so did the switch of Xen', () => {
  expect(isTickless(release('2.6.18-53.el5'))).toBe(false)
  expect(isTickless(release('2.6.32-71.el6.x86_64'))).toBe(true)
  expect(hasIndependentWallclock(release('2.6.18-53.el5xen'))).toBe(true)
  expect(hasIndependentWallclock(release('3.16.0-4-amd64'))).toBe(false)
  // SUSE's flavour for Xen kept it, as long as there was one.
  expect(hasIndependentWallclock(release('3.0.101-63-xen'))).toBe(true)
  expect(hasIndependentWallclock(release('3.0.101-63-default'))).toBe(false)
  expect(hasIndependentWallclock(release('6.4.0-xen'))).toBe(false)
})
