import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

const told = (line: string, version = '4.3') =>
  lint(
    [{ path: 'etc/chrony.conf', text: `pool ntp.example iburst maxsources 4\nmakestep 1 -1\n${line}\n` }],
    {
      daemons: [{ name: 'chronyd', version }],
    },
  )
    .filter(({ evidence, severity }) => evidence[0]?.line === 3 && severity !== 'note')
    .map(({ severity, remedy }) => `${severity} ${remedy.edits?.[0]?.text ?? ''}`.trim())

// What 4.3 ends at is what it says itself: "Could not parse allow directive", or "Bad subnet in …".
test.each([
  ['allow 192.168.0.0/255.255.0.0', 'allow 192.168.0.0/16'],
  ['allow 192.168.1.*', 'allow 192.168.1.0/24'],
  ['allow 10.*.*.*', 'allow 10.0.0.0/8'],
  ['deny 10.0.0.', 'deny 10.0.0.0/24'],
  ['allow ALL', 'allow all'],
  ['allow *', 'allow all'],
  ['allow all 10.0.0.0/255.0.0.0', 'allow all 10.0.0.0/8'],
  ['allow 10.0.0.0/33', ''],
  ['allow 10.0.0.0/-1', ''],
  ['allow 10.0.0.0/', ''],
  ['allow 1.2.3.4/abc', ''],
  ['allow 10.0.0.0/255.0.255.0', ''],
  ['allow 300.1.1.1', ''],
  ['deny 300.1.1.1/8', ''],
  ['allow 256', ''],
  ['cmdallow 127.0.0.1/99', ''],
  ['cmddeny fe80::/129', ''],
  ['allow [::1]', ''],
  ['allow localhost/8', ''],
  ['bindaddress 300.1.1.1', ''],
  ['bindcmdaddress fe80::1%lo', ''],
  ['broadcast 60 192.168.1.256', ''],
  ['log Tracking measurements', 'log tracking measurements'],
  ['refclock pps /dev/pps0', 'refclock PPS /dev/pps0'],
  ['tempcomp /sys/temp 30 26.0 0.1', ''],
])('%j keeps chronyd from starting; %j was meant', (line, meant) =>
  expect(told(line)).toEqual([`critical ${meant}`.trim()]),
)

test.each([
  ...[
    '',
    ' all',
    ' 1.2',
    ' 1.2/16',
    ' 0/0',
    ' all 10',
    ' 192.168.0.0/16',
    ' 010.1.1.1',
    ' ntp.example',
    ' localhost',
  ],
  ...[' fe80::/64', ' ::1', ' ::/0', ' ::ffff:1.2.3.4/120', ' 10.0.0.0/08', ' fe80::1%eth0'],
])('`allow%s` is taken', words => expect(told(`allow${words}`)).toEqual([]))

test.each([
  'bindaddress 0.0.0.0',
  'bindcmdaddress /run/chrony/chronyd.sock',
  'bindcmdaddress ::1',
  'broadcast 60 192.168.1.255',
  'log tracking rtc',
  'tempcomp /sys/temp 30 26.0 0.0 0.000183 0.0',
  'tempcomp /sys/temp 30 /etc/points',
])('%j is taken', line => expect(told(line)).toEqual([]))

test('before 4.2 numbers were read as far as there are any, and a mask is too long there, too', () => {
  for (const line of ['allow 192.168.1.*', 'allow 300.1.1.1', 'allow 10.0.0.', 'allow localhost/8'])
    expect(told(line, '3.4')).toEqual([])
  for (const line of ['allow 10.0.0.0/33', 'allow 1.2.3.4/abc', 'allow 192.168.0.0/255.255.0.0', 'allow ALL'])
    expect(told(line, '1.31')).toHaveLength(1)
})

// It reads the last number of a directive as far as it is one, and starts.
test.each([
  'maxupdateskew 100,0',
  'makestep 1 3.0',
  'minsamples 6.5',
  'logchange 0.5s',
  'port 123x',
  'makestep 1 0x3',
  'fallbackdrift 16 19.5',
  'broadcast 60x 192.168.1.255',
])('%s is read in part', line => expect(told(line)).toEqual(['warning']))

test.each([
  'makestep 1,0 3',
  'maxchange 1000 1.5 2',
  'fallbackdrift 16.5 19',
  'port x123',
  'server ntp2.example iburst minpoll 4x',
  'local stratum 10.5',
])('%s keeps it from starting', line => expect(told(line)).toContainEqual(expect.stringMatching(/^critical/)))

// 4.3 takes each of these (`-p` ends with 0), and finds nobody by such a name.
test.each([
  'server 10.0.0.1:123 iburst',
  'server c.example,iburst',
  'pool http://c.example iburst',
  'initstepslew 10 c.example,d.example',
])('%s: it starts, and that host is never found', line => expect(told(line)).toEqual(['warning']))

test('where no other source is there, nobody is asked', () =>
  expect(
    lint([{ path: 'etc/chrony.conf', text: 'server 10.0.0.1:123 iburst\n' }]).map(
      ({ severity, name }) => `${severity} ${name}`,
    ),
  ).toEqual(expect.arrayContaining(['warning wrong-values', 'critical no-source'])))

test('extension fields: the second came with 4.5', () => {
  const field = (name: string, version: string) => told(`server c.example iburst extfield ${name}`, version)
  expect([field('F323', '4.3'), field('0xf323', '4.3'), field('F324', '4.5')]).toEqual([[], [], []])
  for (const name of ['F324', '62243', '1234']) expect(field(name, '4.3')).toEqual(['critical'])
})
