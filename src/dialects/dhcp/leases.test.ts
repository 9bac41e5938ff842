import { expect, test } from 'vitest'
import { parseDhclientLeases, parseKeyedLease } from './leases.ts'

const named = ({ sources }: ReturnType<typeof parseKeyedLease>) =>
  sources.map(each => [each.address, each.line])

test('a lease of systemd-networkd or NetworkManager', () => {
  expect(named(parseKeyedLease('ADDRESS=192.0.2.9\nNTP=192.0.2.1 192.0.2.2\nDNS=192.0.2.3\n', '/f'))).toEqual(
    [
      ['192.0.2.1', 2],
      ['192.0.2.2', 2],
    ],
  )
  expect(named(parseKeyedLease('ntp_servers="192.0.2.1"\nNTPX=a', '/f'))).toEqual([['192.0.2.1', 1]])
})

test('of the leases of one interface the last one holds, even when it offers nothing', () => {
  const lease = (device: string, servers: string, kind = 'lease') =>
    `${kind} {\n  interface "${device}";\n${servers && `  option ntp-servers ${servers};\n`}}\n`
  expect(
    named(parseDhclientLeases(lease('eth0', 'a, b') + lease('eth0', 'c') + lease('eth1', 'd'), '/f')),
  ).toEqual([
    ['c', 7],
    ['d', 11],
  ])
  expect(named(parseDhclientLeases(lease('eth0', 'a') + lease('eth0', ''), '/f'))).toEqual([])
  // Still being written: it does not count yet.
  expect(named(parseDhclientLeases(`${lease('eth0', 'a')}lease {\n  option ntp-servers b;\n`, '/f'))).toEqual(
    [['a', 3]],
  )
})

test('a DHCPv6 lease with its inner blocks', () => {
  const text = `lease6 {
  interface "eth0";
  ia-na 00:00 {
    iaaddr 2001:db8::9 {
      starts 1;
    }
  }
  option dhcp6.sntp-servers 2001:db8::1,2001:db8::2;
}
`
  expect(named(parseDhclientLeases(text, '/f'))).toEqual([
    ['2001:db8::1', 8],
    ['2001:db8::2', 8],
  ])
})
