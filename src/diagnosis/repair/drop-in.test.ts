import { expect, test } from 'vitest'
import { isOfDistribution, lastDropIn, overrulingPath, overrulingText } from './drop-in.ts'

const UNIT = '/usr/lib/systemd/system/ntpd.service'
const TEXT = `[Unit]
ConditionVirtualization=!vm
ConditionPathExists=/etc/ntp.conf
AssertPathExists=/dev

[Service]
EnvironmentFile=-/etc/sysconfig/ntpd
ExecStart=/usr/sbin/ntpd -x \\
  -g $OPTIONS
`

test('what the distribution brings is overruled below /etc', () => {
  expect(isOfDistribution(UNIT)).toBe(true)
  expect(isOfDistribution('/etc/systemd/system/ntpd.service')).toBe(false)
  expect(overrulingPath(UNIT)).toBe('/etc/systemd/system/ntpd.service.d/clockwright.conf')
  expect(overrulingPath('/lib/systemd/system/ntp.service.d/slew.conf')).toBe(
    '/etc/systemd/system/ntp.service.d/slew.conf',
  )
})

test('a command line is emptied and set anew, with its continued lines', () => {
  expect(overrulingText(UNIT, TEXT, TEXT.replace(' -x', ''), undefined)).toBe(
    '[Service]\nExecStart=\nExecStart=/usr/sbin/ntpd    -g $OPTIONS\n',
  )
})

test('an empty condition takes all conditions back, so those that stay are said again', () => {
  expect(
    overrulingText(UNIT, TEXT, TEXT.replace('!vm', '!container'), '[Unit]\nAfter=network.target\n'),
  ).toBe(
    `[Unit]
After=network.target

[Unit]
ConditionPathExists=
ConditionVirtualization=!container
ConditionPathExists=/etc/ntp.conf
`,
  )
})

test('a drop-in of the same name takes the place of a drop-in', () => {
  expect(overrulingText('/lib/systemd/system/ntp.service.d/slew.conf', 'a', 'b', undefined)).toBe('b')
})

test.each<[string[], string]>([
  [[], 'clockwright.conf'],
  [['/etc/systemd/system/a.service.d/10-site.conf'], 'clockwright.conf'],
  [
    ['/usr/lib/systemd/system/a.service.d/novirt.conf', '/etc/systemd/system/a.service.d/0.conf'],
    'zz-clockwright.conf',
  ],
  // One of a former repair is left as it is.
  [['/etc/systemd/system/a.service.d/clockwright.conf'], 'zz-clockwright.conf'],
  [['/etc/systemd/system/a.service.d/zzz.conf'], 'zzz.zz-clockwright.conf'],
  [['/etc/systemd/system/a.service.d/zzz.zz-clockwright.conf'], 'zzz.zz-clockwright.zz-clockwright.conf'],
])('beside %j the last word is that of %s', (dropIns, own) => {
  const path = lastDropIn({ name: 'a.service', files: ['/lib/systemd/system/a.service', ...dropIns] })
  expect(path).toBe(`/etc/systemd/system/a.service.d/${own}`)
  const names = [...dropIns, path].map(each => each.replace(/^.*\//, '')).sort()
  expect(names.at(-1)).toBe(own)
})
