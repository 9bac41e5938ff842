import { expect, test } from 'vitest'
import { settingsIn } from './set-sysctl.ts'

const NAME = 'xen.independent_wallclock'

test.each([
  'echo 1 > /proc/sys/xen/independent_wallclock',
  'echo "1" >/proc/sys/xen/independent_wallclock',
  '/bin/echo -n 1 >> /proc/sys/xen/independent_wallclock 2>/dev/null',
  "printf '1\\n' > /proc/sys/xen/independent_wallclock",
  'echo 1 | tee /proc/sys/xen/independent_wallclock > /dev/null',
  '[ -e /proc/sys/xen/independent_wallclock ] && echo 1 > /proc/sys/xen/independent_wallclock',
  'if [ -e /proc/xen ]; then echo 1 > /proc/sys/xen/independent_wallclock; fi',
  '/sbin/sysctl -w xen.independent_wallclock=1',
  'sysctl -q -w xen/independent_wallclock=1 >/dev/null 2>&1',
  'sysctl -w "xen.independent_wallclock = 1"',
  'sysctl xen.independent_wallclock=1',
])('%s', line => expect(settingsIn(line)).toEqual([{ name: NAME, value: '1' }]))

test.each([
  '# echo 1 > /proc/sys/xen/independent_wallclock',
  'cat /proc/sys/xen/independent_wallclock',
  'cat < /proc/sys/xen/independent_wallclock',
  'sysctl xen.independent_wallclock',
  'sysctl -p /etc/sysctl.conf',
  // This writes an empty line: the 1 belongs to the redirection.
  'echo 1>/proc/sys/xen/independent_wallclock',
  'echo $WALLCLOCK > /proc/sys/xen/independent_wallclock',
  'echo sysctl -w xen.independent_wallclock=1 > /dev/null',
])('not by: %s', line => expect(settingsIn(line)).toEqual([]))

test('several at once', () =>
  expect(settingsIn('sysctl -w a.b=1 c.d=2; echo 3 > /proc/sys/e/f').map(({ value }) => value)).toEqual([
    '1',
    '2',
    '3',
  ]))
