import { expect, test } from 'vitest'
import { ipv4Number, isFourBytes, isIpv6, lengthOfMask, maskOfLength } from './ip-address.ts'

test('an IPv4 address is four whole numbers below 256', () => {
  expect(['0.0.0.0', '10.0.0.1', '255.255.255.255'].map(ipv4Number)).toEqual([0, 0x0a000001, 0xffffffff])
  for (const other of ['300.1.1.1', '10.0.0', '10.0.0.0.0', '010.0.0.1', '10.0.0.', 'a.b.c.d'])
    expect(ipv4Number(other)).toBeUndefined()
})

test('to a resolver a zero in front is no mistake', () => {
  expect(['010.0.0.1', '10.0.0.1'].map(isFourBytes)).toEqual([true, true])
  expect(['300.1.1.1', '10.0.0', '10.0.0.0.0', 'a.b.c.d'].some(isFourBytes)).toBe(false)
})

test.each(['::', '::1', 'fe80::', '2001:db8:0:0:0:0:0:1', '1:2:3:4:5:6:7::', '::ffff:192.0.2.1', 'FE80::1'])(
  '%s is an IPv6 address',
  address => expect(isIpv6(address)).toBe(true),
)
test.each([
  '',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8::',
  '12345::',
  '::300.0.0.1',
  '::1%lo',
  'fe80',
])('%j is none', address => expect(isIpv6(address)).toBe(false))

test('a mask has a length, and a length a mask', () => {
  for (let length = 0; length <= 32; length++) expect(lengthOfMask(maskOfLength(length))).toBe(length)
  expect(maskOfLength(20)).toBe('255.255.240.0')
  for (const none of ['255.0.255.0', '255.255.256.0', '24']) expect(lengthOfMask(none)).toBeUndefined()
})
