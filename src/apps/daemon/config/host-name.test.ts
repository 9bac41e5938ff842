import { expect, test } from 'vitest'
import { couldBeHost } from './host-name.ts'

test.each([
  '192.0.2.1',
  '2001:db8::1',
  'fe80::1%eth0',
  'localhost',
  'ntp.example.com',
  'ntp.example.com.',
  '0.debian.pool.ntp.org',
  'time_1.lan',
  'zeit.münchen.example',
])('%s', text => expect(couldBeHost(text)).toBe(true))

test.each(['999.1.1.1', '10.0.0', 'ntp..com', '.', '-ntp.example', 'ntp/1', '2001:db8::g', 'a'.repeat(64)])(
  'not %s',
  text => expect(couldBeHost(text)).toBe(false),
)
