import { expect, test } from 'vitest'
import { isNumeric } from './endpoint.ts'

test.each(['192.0.2.1', '10.1', '2001:db8::1', '::ffff:192.0.2.1', 'FE80::1%eth0'])(
  'an address: %s',
  address => expect(isNumeric(address)).toBe(true),
)

test.each(['pool.ntp.org', '1..2', '.', '192.0.2.1.', 'ntp.example:123', '3com.example', 'cafe', ''])(
  'none: %s',
  name => expect(isNumeric(name)).toBe(false),
)
