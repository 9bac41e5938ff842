import { expect, test } from 'vitest'
import { machineAround } from './machine-around.ts'

test.each([
  ['/etc/chrony.conf', '', '/etc/chrony.conf'],
  ['/etc/chrony/conf.d/site.conf', '', '/etc/chrony/conf.d/site.conf'],
  ['/usr/local/etc/chrony.conf', '', '/usr/local/etc/chrony.conf'],
  ['/srv/guest/etc/ntpsec/ntp.conf', '/srv/guest', '/etc/ntpsec/ntp.conf'],
  ['/srv/guest/etc/systemd/timesyncd.conf', '/srv/guest', '/etc/systemd/timesyncd.conf'],
  ['/srv/guest/usr/lib/systemd/timesyncd.conf', '/srv/guest', '/usr/lib/systemd/timesyncd.conf'],
  ['/usr/local/lib/systemd/timesyncd.conf.d/a.conf', '', '/usr/local/lib/systemd/timesyncd.conf.d/a.conf'],
])('%s is of the machine below "%s"', (file, root, path) => {
  expect(machineAround(file)).toEqual({ root, path })
})

test.each([
  '/srv/chrony.conf',
  '/home/me/etc.conf',
  '/etc/chrony.conf.bak',
  '/etc/systemd/timesyncd.conf.bak',
])('%s may be of any machine', file => {
  expect(machineAround(file)).toBeUndefined()
})
