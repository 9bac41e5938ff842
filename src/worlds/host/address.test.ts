import { isIP, SocketAddress } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonical, formatAddress, parseAddress } from './address.ts'
import { decodeSockaddr, encodeSockaddr } from './sockaddr.ts'

const INTERFACES = {
  interfaceIndex: (name: string) => (name === 'eth0' ? 2 : 0),
  interfaceName: (index: number) => (index === 2 ? 'eth0' : undefined),
}

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8::0001', '2001:db8::1'],
  // RFC 5952, 4.2.2 and 4.2.3: one group of zeros stays, of two equal runs the first is folded.
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
])('writes %s as %s', (text, written) => {
  expect(canonical(text)).toBe(written)
})

it.each(['', 'localhost', '1.2.3', '1.2.3.4.5', '::1::', '[::1]', '01.2.3.4', '1.2.3.256'])(
  'does not take %j for an address',
  text => {
    expect(parseAddress(text)).toBeUndefined()
  },
)

it('writes what it reads, as Node does', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV6(), fc.ipV4()), text => {
      const address = parseAddress(text)!
      const written = formatAddress(address)
      expect(isIP(written)).not.toBe(0)
      expect(parseAddress(written)!.bytes).toEqual(address.bytes)
      expect(canonical(written)).toBe(written)
      if (isIP(text) === 6 && isIP(written) === 6 && !text.includes('.')) {
        const node = new SocketAddress({ address: text, family: 'ipv6' }).address
        // Node writes the addresses below ::1:0:0 as if they held an IPv4 address.
        if (!node.includes('.')) expect(written).toBe(node)
      }
    }),
  )
})

it('brings an endpoint through a sockaddr', () => {
  for (const endpoint of [
    { address: '192.0.2.1', port: 123 },
    { address: '2001:db8::1', port: 65535 },
    { address: 'fe80::1%eth0', port: 1 },
  ]) {
    expect(decodeSockaddr(encodeSockaddr(endpoint, INTERFACES)!, INTERFACES)).toEqual(endpoint)
  }
})

it.each([
  { address: '192.0.2.1', port: 0 },
  { address: '192.0.2.1', port: 65536 },
  { address: '192.0.2.1', port: 1.5 },
  { address: '192.0.2.1', port: Number.NaN },
  { address: 'fe80::1%nowhere', port: 123 },
  { address: 'time.example', port: 123 },
])('makes no sockaddr of $address port $port', endpoint => {
  expect(encodeSockaddr(endpoint, INTERFACES)).toBeUndefined()
})
