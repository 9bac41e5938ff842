import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

const smear = (...addresses: readonly string[]) =>
  lint([{ path: 'etc/chrony.conf', text: addresses.map(each => `server ${each} iburst\n`).join('') }])
    .filter(({ name }) => name === 'smear-mixed')
    .map(({ what }) => what)

test('a public server beside one that smears', () =>
  expect(smear('time.google.com', '0.pool.ntp.org')).toHaveLength(1))

test.each(['192.168.1.1', '10.0.0.1', 'fd12::1', 'ntp1', 'time.corp.lan', '169.254.169.254'])(
  'what %s of the own network does nobody knows',
  address => expect(smear('time.google.com', address)).toEqual([]),
)

test('those of clouds are known though their addresses are private', () =>
  expect(smear('169.254.169.123', '0.pool.ntp.org')).toHaveLength(1))

test.each([
  ['NTP=time.google.com 0.debian.pool.ntp.org', ['NTP=time.google.com']],
  ['NTP=time.google.com 0.pool.ntp.org 1.pool.ntp.org', ['NTP=0.pool.ntp.org 1.pool.ntp.org']],
  ['NTP=0.pool.ntp.org\nNTP=time.google.com', ['']],
  // The fallback is asked only where nobody else is named.
  ['NTP=time.google.com\nFallbackNTP=0.pool.ntp.org', undefined],
  ['FallbackNTP=time.google.com 0.pool.ntp.org', ['FallbackNTP=time.google.com']],
  ['NTP=0.pool.ntp.org\nNTP=\nNTP=time.google.com', undefined],
])('timesyncd: %j', (lines, edits) => {
  const findings = lint([{ path: 'etc/systemd/timesyncd.conf', text: `[Time]\n${lines}\n` }])
  const mixed = findings.find(({ name }) => name === 'smear-mixed')
  expect(mixed?.remedy.edits?.map(({ text }) => text)).toEqual(edits)
  expect(findings.map(({ name }) => name)).not.toContain('two-sources')
})

test.each([
  // As Ubuntu and Amazon have it on EC2.
  [
    'server 169.254.169.123 prefer iburst\npool ntp.ubuntu.com iburst\npool 0.ubuntu.pool.ntp.org iburst\n',
    [2, 3],
  ],
  ['server 169.254.169.123 iburst\npool ntp.ubuntu.com iburst\npool 0.ubuntu.pool.ntp.org iburst\n', [2, 3]],
  ['server time.google.com iburst\npool a.example.org iburst prefer\n', [1]],
  ['server time.google.com iburst\npool a.example.org iburst\npool b.example.org iburst\n', [1]],
])('those stay that are preferred, or of the cloud itself: %j', (text, gone) => {
  const [mixed] = lint([{ path: 'etc/chrony.conf', text }]).filter(({ name }) => name === 'smear-mixed')
  expect(mixed?.severity).toBe('warning')
  expect(mixed?.remedy.edits?.map(({ line }) => line)).toEqual(gone)
})

test("AWS's own set-up with its PTP clock is one to know about, and not to change", () => {
  const text = 'refclock PHC /dev/ptp_ena poll 0 delay 0.000010 prefer\nserver 169.254.169.123 iburst\n'
  const [mixed] = lint([{ path: 'etc/chrony.conf', text }]).filter(({ name }) => name === 'smear-mixed')
  expect(mixed).toMatchObject({ severity: 'note', remedy: { changes: [] } })
  expect(mixed?.remedy.edits ?? []).toEqual([])
})
