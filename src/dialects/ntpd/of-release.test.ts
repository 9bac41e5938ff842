import { expect, test } from 'vitest'
import { ntpdOfRelease } from './of-release.ts'

test.each([
  ['centos', '5.11', '4.2.2p1'],
  ['rhel', '6', '4.2.6p5'],
  ['rhel', '7.9', '4.2.6p5'],
  ['debian', '8', '4.2.6p5'],
  ['ubuntu', '14.04', '4.2.6p5'],
  ['debian', '10', '4.2.8p12'],
  ['debian', '11', '4.2.8p15'],
  ['debian', '12', undefined],
  ['ubuntu', '16.04', '4.2.8p4'],
  ['ubuntu', '20.04', '4.2.8p12'],
  ['ubuntu', '24.04', undefined],
  ['rhel', '8.10', undefined],
  ['gentoo', undefined, undefined],
])('%s %s: %s', (id, version, ntpd) => expect(ntpdOfRelease({ id, version })).toBe(ntpd))
