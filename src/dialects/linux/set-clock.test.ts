import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCrontab, settingOfJob } from './crontab.ts'
import { findClockSetting, setsClock } from './set-clock.ts'

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
    ['root /usr/bin/vmware-toolbox-cmd timesync enable >/dev/null', 'vmware-toolbox-cmd'],
    ['vmware-guestd --cmd "vmx.set_option synctime 0 1"', 'vmware-guestd'],
    ['sudo -n -u root nice -n 19 timeout 30 ntpdate a', 'ntpdate'],
    ['flock -n /run/x ionice -c 3 ntpdate a', 'ntpdate'],
    ['A=b chronic ntpdate a', 'ntpdate'],
    ['cronic ntpdate a', 'ntpdate'],
    ['setlock -n /run/t ntpdate a', 'ntpdate'],
    ['systemd-cat -t time ntpdate a', 'ntpdate'],
    ["/bin/sh -c 'sleep 5; ntpdate a'", 'ntpdate'],
    ["flock -n /run/x -c 'ntpdate -u a'", 'ntpdate'],
    ['root flock -w 5 /run/x --command "sleep 5; ntpdate a"', 'ntpdate'],
    ['flock -n /run/x sh -c "ntpdate a"', 'ntpdate'],
    ['for i in 1 2; do ntpdate a; done', 'ntpdate'],
    ['service ntpd stop; ntpdate a; service ntpd start', 'ntpdate'],
  ])('%s sets the clock', (command, program) => expect(setsClock(command)).toBe(program))
  test.each([
    ['ntpdate a', true],
    ['[ -x /usr/sbin/ntpdate ] && ntpdate -bs a >/dev/null 2>&1', true],
    ['ntpdate -U ntp -s -b a', true],
    ['ntpdate -u a', false],
    ['ntpdate -b -u a', false],
    ['ntpdate -bu a', false],
    ['ntpdate $OPTIONS a', false],
    ['service ntpd stop; ntpdate a; service ntpd start', false],
    ['sntp -s a', false],
    ['systemctl restart ntpdate', false],
  ])('%s needs port 123 to itself: %s', (command, takesPort) =>
    expect(findClockSetting(command)).toMatchObject({ takesPort }),
  )
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
    'service ntpd stop; service ntpd start',
    "flock -n /run/x -c 'backup ntpdate'",
    '# ntpdate a',
    'apt-get -y install ntpdate',
    "mysql -e 'select ntpdate from t'",
    'root apt-get -y install ntpdate',
    'which ntpdate || yum install ntpdate',
    'vmware-toolbox-cmd timesync disable',
    'vmware-toolbox-cmd timesync status',
    'vmware-guestd --cmd "vmx.set_option synctime 1 0"',
    'tar czf /b.tgz /etc/ntpdate /usr/sbin/ntpdate',
    'sudo systemctl is-active ntpdate',
  ])('%s does not', command => expect(setsClock(command)).toBeUndefined())
})

describe('of a line', () => {
  test.each([
    'root /usr/sbin/ntpdate -u a >/dev/null 2>&1',
    'ntpdate a &>/dev/null',
    'nice -n 19 hwclock -s >> /var/log/x.log',
    '[ -x /usr/sbin/ntpdate ] && /usr/sbin/ntpdate a',
    'systemctl is-active --quiet chronyd || ntpdate a',
    '/usr/sbin/ntpdate -u a && /sbin/hwclock -w',
    'root systemctl stop ntpd; sleep 5; ntpdate a >/dev/null 2>&1; systemctl start ntpd.service',
    'service ntp stop && ntpdate -s a && service ntp start',
    "root systemctl stop chronyd; /usr/sbin/chronyd -q 'server a iburst'; systemctl start chronyd",
    'root service chronyd stop; service chronyd start >/dev/null 2>&1',
  ])('%s is all of it', line => expect(findClockSetting(line)).toMatchObject({ alone: true, shown: line }))
  test.each([
    ['root /usr/local/bin/backup.sh && ntpdate x', '(removed); ntpdate x'],
    ['/usr/sbin/ntpdate -u x; /usr/local/bin/rotate-logs', '/usr/sbin/ntpdate -u x; (removed)'],
    ['ntpdate a || echo PW', 'ntpdate a; (removed)'],
    ['systemctl stop httpd; ntpdate a', '(removed); ntpdate a'],
    ['ntpdate a; hwclock -w > $PW', 'ntpdate a; (removed)'],
    ['X=PW hwclock -w; ntpdate a', '(removed); ntpdate a'],
    ['ntpdate a | logger -p PW', 'ntpdate a; (removed)'],
    ['ntpdate a & b', 'ntpdate a; (removed)'],
    ['sleep $((RANDOM%60)); ntpdate a', '(removed); ntpdate a'],
    ['(b; ntpdate a)', '(removed); ntpdate a; (removed)'],
    ['ntpdate a > >(mail PW)', 'ntpdate a > (removed); (removed)'],
    ['date -s "$(curl -u admin:PW http://a)"', 'date -s "$(removed)"; (removed)'],
    ['date -s `PW`', 'date -s $(removed); (removed)'],
    ['sudo -S ntpdate a <<< PW', 'sudo -S ntpdate a (removed)'],
    ['echo PW | sudo -S ntpdate a', '(removed); ntpdate a'],
    ['X=PW ntpdate a', '(removed); ntpdate a'],
    ["sh -c 'ntpdate a'", '(removed); ntpdate a'],
    ['echo `ntpdate "a`', '(removed); ntpdate a'],
  ])('%s is a part', (line, shown) => {
    const found = findClockSetting(line)
    expect(found).toMatchObject({ alone: false, shown })
    // A copy is read once more.
    expect(findClockSetting(shown)?.program).toBe(found?.program)
    expect(findClockSetting(shown)?.alone).toBe(false)
  })
  test.each([
    ['systemctl -q is-active ntpd.service || ntpdate -u a', 'ntpd'],
    ['pgrep -x ntpd >/dev/null 2>&1 || /usr/sbin/ntpdate a >/dev/null', 'ntpd'],
    ['root ! pidof /usr/sbin/chronyd > /dev/null && chronyd -q', 'chronyd'],
    ['if ! /sbin/service ntpd status >/dev/null; then ntpdate a; fi', 'ntpd'],
    ['/etc/init.d/ntp status || ntpdate a', 'ntp'],
    ['systemctl is-active ntpd && ntpdate a', undefined],
    ['if systemctl is-active -q ntpd; then ntpdate a; fi', undefined],
    ['systemctl start ntpd || ntpdate a', undefined],
    ['pgrep -f "x PW" || ntpdate a', undefined],
    ['a; pidof ntpd || ntpdate a', undefined],
    ['pidof ntpd || sudo X=PW ntpdate a', undefined],
  ])('%s is run unless that runs: %s', (line, unlessRuns) => {
    const found = findClockSetting(line)
    expect(found).toMatchObject({ unlessRuns })
    expect(findClockSetting(found!.shown)).toMatchObject({ unlessRuns, shown: found!.shown })
    expect(found!.shown).not.toContain('PW')
  })
  test('any line has an answer, and what is shown has one, too', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...' ;|&()$`\'"\\<>#%', '$(', 'ntpdate', 'sh -c', 'sudo', 'x'), {
          maxLength: 30,
        }),
        parts => {
          const found = findClockSetting(parts.join(''))
          if (found) expect(setsClock(found.shown)).toBe(found.program)
        },
      ),
    ))
  test('what a job of cron is fed is another part', () => {
    const [job] = parseCrontab('17 * * * * sudo -S ntpdate a%PW\n')
    expect(settingOfJob(job!, '/etc/crontab')).toEqual({
      program: 'ntpdate',
      programs: ['ntpdate'],
      takesPort: true,
      alone: false,
      bySudo: true,
      shown: 'sudo -S ntpdate a % (removed)',
    })
    const [escaped] = parseCrontab('17 * * * * ntpdate a\\%b\n')
    expect(settingOfJob(escaped!, '/etc/crontab')?.alone).toBe(true)
  })
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

describe('who else than root sets the clock by a table', () => {
  const setting = (line: string, path: string) => settingOfJob(parseCrontab(`17 * * * * ${line}\n`)[0]!, path)
  test.each([
    ['deploy sudo ntpdate pool.ntp.org', '/etc/crontab'],
    ['deploy  /usr/bin/sudo -n ntpdate pool.ntp.org', '/etc/cron.d/time'],
    ['sudo ntpdate pool.ntp.org', '/var/spool/cron/crontabs/deploy'],
    ['ntpdate pool.ntp.org', '/var/spool/cron/crontabs/root'],
  ])('%s in %s', (line, path) =>
    expect(setting(line, path)).toMatchObject({ program: 'ntpdate', alone: true, shown: line }),
  )
  test.each([
    ['deploy ntpdate pool.ntp.org', '/etc/crontab'],
    ['echo sudo ntpdate pool.ntp.org', '/etc/cron.d/time'],
    ['ntpdate pool.ntp.org', '/var/spool/cron/crontabs/deploy'],
    ['ntpdate pool.ntp.org', '/etc/crontabs/deploy'],
  ])('not by %s in %s', (line, path) => expect(setting(line, path)).toBeUndefined())
})
