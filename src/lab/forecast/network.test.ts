import { expect, test } from 'vitest'
import { assumedOfNetworks, assumedOfNumber, networksOf } from './network.ts'

const chronyd = (config: string) => networksOf({ kind: 'chronyd', name: 'c', config })

test('servers of the public are on the internet, those of our own network are near', () => {
  expect(chronyd('pool 2.debian.pool.ntp.org iburst')).toEqual(Array(4).fill('internet'))
  expect(chronyd('server time.google.com\nserver 17.253.34.125')).toEqual(['internet', 'internet'])
  expect(chronyd('server 10.0.0.1\nserver 169.254.169.123\nserver metadata.google.internal')).toEqual(
    Array(3).fill('lan'),
  )
  // Compiled in are those of a distribution.
  expect(networksOf({ kind: 'timesyncd', name: 't', config: '[Time]\n#NTP=\n' })).toEqual(
    Array(4).fill('internet'),
  )
  expect(networksOf({ kind: 'timekeeper', name: 't' })).toEqual(Array(4).fill('lan'))
})

test('a pool takes the servers that are left, wherever its line stands', () => {
  expect(chronyd('pool pool.ntp.org\nserver ntp1.lan')).toEqual(['lan', ...Array(4).fill('internet')])
  expect(chronyd('pool a.example\npool b.ntp.org\npool c.ntp.org')).toEqual([
    ...Array(4).fill('lan'),
    ...Array(4).fill('internet'),
  ])
})

test('what is taken for granted is said', () => {
  const pools = (count: number) =>
    assumedOfNumber({ kind: 'chronyd', name: 'c', config: 'pool a.example\n'.repeat(count) })
  expect(pools(2)).toEqual([])
  expect(pools(3)).toEqual(['Of the 12 servers that it may ask 8 are played.'])
  expect(assumedOfNetworks(['lan'])).toBe('By its name or address the server is near, 0.1 ms one way.')
  expect(assumedOfNetworks(['internet', 'internet'])).toMatch(/the servers are somewhere on the internet/)
  expect(assumedOfNetworks(['lan', 'internet', 'internet'])).toMatch(/2 of the 3 servers .* others near\.$/)
})
