import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

const smear = (...addresses: readonly string[]) =>
  lint([{ path: 'etc/chrony.conf', text: addresses.map(each => `server ${each} iburst\n`).join('') }])
    .filter(({ name }) => name === 'smear-mixed')
    .map(({ what }) => what)

test('a public server beside one that smears', () =>
  expect(smear('time.google.com', '0.pool.ntp.org')).toHaveLength(1))

test.each(['192.168.1.1', '10.0.0.1', 'fd12::1', 'ntp1', 'time.corp.lan', '169.254.169.254'])(
  'what %s of the own network does nobody knows',
  address => expect(smear('time.google.com', address)).toEqual([]),
)

test('those of clouds are known though their addresses are private', () =>
  expect(smear('169.254.169.123', '0.pool.ntp.org')).toHaveLength(1))
