import { expect, test } from 'vitest'
import { keepsDriftFile } from './drift-file.ts'
import { knownPlayer } from './known.ts'

const ntpd = (config: string, options = '-g') =>
  keepsDriftFile({ kind: 'ntpd', name: 'n', version: '4.2.8p15', options, config })

test('ntpd and chronyd keep a drift file where it is named', () => {
  expect(ntpd('server a\ndriftfile /var/lib/ntp/drift')).toBe(true)
  expect(ntpd('server a\n# driftfile /var/lib/ntp/drift')).toBe(false)
  expect(ntpd('server a', '-g -f /var/lib/ntp/drift')).toBe(true)
  const chronyd = (config: string) => keepsDriftFile({ kind: 'chronyd', name: 'c', config })
  expect(chronyd('server a\ndriftfile /var/lib/chrony/drift')).toBe(true)
  expect(chronyd('server a')).toBe(false)
})

test.each([
  ['openntpd', true],
  ['clockwright', true],
  ['timesyncd', false],
  ['ntpd-rs', false],
  ['none', false],
] as const)('%s: %s, whatever its configuration says', (name, keeps) => {
  expect(keepsDriftFile(knownPlayer(name, ['192.0.2.1'])!)).toBe(keeps)
})
