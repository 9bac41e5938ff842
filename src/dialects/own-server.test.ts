import { expect, test } from 'vitest'
import { isOwn, isPrivate } from './own-server.ts'

test.each(['10.0.0.1', '172.31.0.2', '169.254.169.123', 'fd00::1', 'fe80::1%eth0', '127.0.0.1'])(
  'on a private network: %s',
  address => {
    expect(isPrivate(address)).toBe(true)
    expect(isOwn(address)).toBe(true)
  },
)

test.each(['ntp1', 'time.corp', 'gateway.home.arpa', 'ntp.example', '192.0.2.1'])(
  'of one’s own: %s',
  name => {
    expect(isPrivate(name)).toBe(false)
    expect(isOwn(name)).toBe(true)
  },
)

test.each([
  '2.debian.pool.ntp.org',
  'time.google.com',
  'time.cloudflare.com',
  'ntp.ubuntu.com',
  '8.8.8.8',
  '172.32.0.1',
  '2606:4700:f1::1',
])('of somebody else: %s', name => expect(isOwn(name)).toBe(false))
