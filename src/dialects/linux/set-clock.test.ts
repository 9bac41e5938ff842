import { describe, expect, test } from 'vitest'
import { parseCrontab } from './crontab.ts'
import { setsClock } from './set-clock.ts'

describe('a command', () => {
  test.each([
    ['/usr/sbin/ntpdate -s time.example.net', 'ntpdate'],
    ['root /usr/sbin/ntpdate-debian', 'ntpdate-debian'],
    ['[ -x /usr/sbin/ntpdate ] && /usr/sbin/ntpdate -u a b >/dev/null 2>&1', 'ntpdate'],
    ['if test -x /usr/sbin/ntpdate; then /usr/sbin/ntpdate a; fi', 'ntpdate'],
    ['sntp -sS pool.ntp.org', 'sntp'],
    ['sntp -P no -r pool.ntp.org', 'sntp'],
    ['ntpd -gq', 'ntpd'],
    ['/bin/busybox ntpd -n -q -p pool.ntp.org', 'ntpd'],
    ["/usr/sbin/chronyd -q 'server a iburst'", 'chronyd'],
    ['hwclock --hctosys', 'hwclock'],
    ['/sbin/hwclock -s -u', 'hwclock'],
    ['rdate -s time.example.net', 'rdate'],
    ['rdate -n time.example.net', 'rdate'],
    ['date -s "$(wget -qSO- http://a 2>&1 | grep Date)"', 'date'],
    ['date --set=12:00', 'date'],
    ['root /usr/sbin/start-ntpd ntptimeset &> /dev/null', 'start-ntpd'],
    ['systemctl restart ntpdate', 'ntpdate'],
    ['service ntpd stop; ntpdate a; service ntpd start', 'ntpdate'],
  ])('%s sets the clock', (command, program) => expect(setsClock(command)).toBe(program))
  test.each([
    'ntpdate -q time.example.net',
    'ntpdate -ud time.example.net',
    'ntpq -pn',
    'chronyd -Q "server a"',
    'chronyc makestep',
    'hwclock --systohc',
    'hwclock -w',
    'rdate -p a',
    'date -Is',
    'date +%s',
    'echo ntpdate a',
    'pgrep ntpd -q',
    '[ -x /usr/sbin/ntpdate ]',
    'find /var/log/ntpstats/ -type f -mtime +7 -exec rm {} ;',
    'systemctl restart ntpd',
    '# ntpdate a',
  ])('%s does not', command => expect(setsClock(command)).toBeUndefined())
})

test('a crontab', () => {
  const text = `SHELL=/bin/sh
# 5 * * * * root ntpdate a
17 *\t* * * root  ntpdate a
*/15 * * * * b
@daily c
-*/10 * * * * root d
3 4 * * * e
0,30 * * * * f
@reboot g
0 0 1 * * h
nonsense
`
  expect(parseCrontab(text).map(({ line, every, command }) => [line, every, command])).toEqual([
    [3, 3600, 'root  ntpdate a'],
    [4, 900, 'b'],
    [5, 86_400, 'c'],
    [6, 600, 'root d'],
    [7, 86_400, 'e'],
    [8, 1800, 'f'],
    [9, undefined, 'g'],
    [10, undefined, 'h'],
  ])
})
