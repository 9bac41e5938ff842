import { expect, test } from 'vitest'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'

const found = (path: string, text: string, name: string) =>
  lint([{ path, text }]).filter(each => each.name === name)

test.each([
  ['maxdistance 0.001\n', 1],
  ['maxdistance -1\n', 1],
  ['maxdistance 16\n', 0],
  ['maxdistance 0.001\nmaxdistance 1\n', 0],
  // The clock of the host is nearer than any server.
  ['maxdistance 0.001\nrefclock PHC /dev/ptp_kvm poll 2\n', 0],
])('%j: no source is so near', (lines, count) =>
  expect(found('chrony.conf', `pool pool.ntp.org iburst\n${lines}`, 'never-agrees')).toHaveLength(count),
)

test.each([
  ['ntp.conf', 'tos maxdist 0.0001 minsane 2\n', 'tos minsane 2\n'],
  ['ntp.conf', 'tos maxdist 16\n', undefined],
  ['ntp.conf', 'server 127.127.20.0\ntos maxdist 0.0001\n', undefined],
  ['timesyncd.conf', 'RootDistanceMaxSec=1ms\n', ''],
  ['timesyncd.conf', 'RootDistanceMaxSec=0.001\n', ''],
  ['timesyncd.conf', 'RootDistanceMaxSec=5\n', undefined],
  ['timesyncd.conf', 'RootDistanceMaxSec=0.001\nNTP=\nNTP=169.254.169.123\n', undefined],
])('%s, %j: no source is so near', (path, lines, left) => {
  const begins = path === 'ntp.conf' ? 'pool pool.ntp.org iburst\n' : '[Time]\nNTP=ntp.example\n'
  const [first, ...more] = found(path, `${begins}${lines}`, 'never-agrees')
  expect(more).toEqual([])
  expect(first && mergeEdits(`${begins}${lines}`, [first.remedy.edits ?? []]).text.slice(begins.length)).toBe(
    left,
  )
})

test.each([
  ['ntp.conf', 'server ntp.example ibrust\n'],
  ['chrony.conf', 'server ntp.example minpoll 6 IBRUST\n'],
])('%s: an iburst that is misspelt is not missed, too', (path, text) => {
  expect(found(path, text, 'misspelt')).toHaveLength(1)
  expect(found(path, text, 'no-iburst')).toEqual([])
  expect(found(path, text.replace(/ ibrust/i, ''), 'no-iburst')).toHaveLength(1)
})

const counted = (path: string, text: string) =>
  lint([{ path, text }], { hypervisor: 'none' })
    .filter(({ measures, name }) => name !== 'no-iburst' && measures.sources !== undefined)
    .map(({ severity, name, measures }) => `${severity} ${name} ${measures.sources}`)

const NMEA = 'refclock SHM 0 refid NMEA offset 0.5 delay 0.2\n'
const PPS = 'refclock PPS /dev/pps0 lock NMEA refid PPS\n'
const AWS = 'server 169.254.169.123 prefer iburst\n'
const [A, B] = ['server a.example iburst\n', 'server b.example iburst\n']

test('towards a peer chronyd sends no burst', () => {
  const servers = 'server a.example iburst\nserver b.example iburst\nserver c.example iburst\n'
  expect(found('chrony.conf', `${servers}peer d.example\n`, 'no-iburst')).toEqual([])
  expect(found('chrony.conf', `${servers}server d.example\n`, 'no-iburst')).toHaveLength(1)
})

test.each([
  ['pulses that are locked to the seconds of their receiver', NMEA + PPS, 'warning single-source 1'],
  ['the pulses of a receiver and one server', PPS.replace('lock NMEA ', '') + A, 'warning single-source 1'],
  ["gpsd's two segments", 'refclock SHM 0\nrefclock SHM 1\n', 'warning single-source 1'],
  [
    "gpsd's segment of pulses, which says which second it is, too",
    'refclock SHM 1 refid PPS\n',
    'warning single-source 1',
  ],
  [
    "gpsd's socket beside its segment",
    'refclock SHM 0 refid NMEA\nrefclock SOCK /run/chrony.ttyS0.sock refid GPS\n',
    'warning single-source 1',
  ],
  [
    "gpsd's sockets of a receiver and of its pulses",
    'refclock SOCK /run/chrony.ttyACM0.sock\nrefclock SOCK /run/chrony.pps0.sock\n',
    'warning single-source 1',
  ],
  [
    "gpsd's sockets of two receivers",
    'refclock SOCK /run/chrony.ttyACM0.sock\nrefclock SOCK /run/chrony.ttyACM1.sock\n',
    'critical two-sources 2',
  ],
  ['a socket of somebody else', 'refclock SHM 0\nrefclock SOCK /run/rtl.sock\n', 'critical two-sources 2'],
  ['pulses alone', 'refclock PPS /dev/pps0\n', 'critical never-agrees 0'],
  ['pulses of a card alone', 'refclock PHC /dev/ptp0:extpps\n', 'critical never-agrees 0'],
  ['segments read for their pulses', 'refclock SHM 0 pps\n', 'critical never-agrees 0'],
  ['a clock that numbers its own pulses', 'refclock PPS /dev/pps0 local\n', 'warning single-source 1'],
  ['two receivers', 'refclock SHM 0\nrefclock SHM 2\n', 'critical two-sources 2'],
  ['a receiver and a server', NMEA + PPS + A, 'critical two-sources 2'],
  ['two servers', A! + B!, 'critical two-sources 2'],
  ["AWS's clock in two ways", `refclock PHC /dev/ptp_ena poll 0 prefer\n${AWS}`, 'note single-source 1'],
  ["AWS's server by both of its addresses", `${AWS}server fd00:ec2::123 iburst\n`, 'note single-source 1'],
  ["Oracle's server", 'server 169.254.169.254 iburst\n', 'note single-source 1'],
  ["AWS's clock and that of another", `refclock PHC /dev/ptp_kvm\n${AWS}`, 'critical two-sources 2'],
])('chrony: %s', (_, text, expected) => expect(counted('chrony.conf', text)).toEqual([expected]))

test.each([
  [
    'a receiver and its pulses',
    'server 127.127.20.0 prefer\nserver 127.127.22.0\n',
    'warning single-source 1',
  ],
  ["gpsd's two segments", 'server 127.127.28.0\nserver 127.127.28.1 prefer\n', 'warning single-source 1'],
  [
    "gpsd's receiver and its pulses, by JSON",
    'server 127.127.46.0\nserver 127.127.46.128 prefer\n',
    'warning single-source 1',
  ],
  ['two receivers', 'server 127.127.20.0\nserver 127.127.20.1\n', 'critical two-sources 2'],
])('ntpd: %s', (_, text, expected) => expect(counted('ntp.conf', text)).toEqual([expected]))

test('who asks nobody and passes its own clock on is told that, and not to step', () => {
  const text = 'driftfile /var/lib/chrony/drift\nlocal stratum 3\nallow\n'
  expect(counted('chrony.conf', text)).toEqual(['warning no-source 0'])
  expect(found('chrony.conf', text, 'never-steps')).toEqual([])
  expect(found('chrony.conf', `server a.example\n${text}`, 'never-steps')).toHaveLength(1)
})

test('a clock that is set by hand or passes for right numbers the pulses', () =>
  expect(counted('chrony.conf', 'refclock PPS /dev/pps0\nlocal stratum 10\n')).toEqual([]))

test.each([
  [
    'a receiver and its pulses',
    'refclock nmea unit 0 prefer\nrefclock pps unit 0\n',
    'warning single-source 1',
  ],
  ["gpsd's two segments", 'refclock shm unit 0\nrefclock shm unit 1 prefer\n', 'warning single-source 1'],
  [
    "gpsd's receiver and its pulses, by JSON",
    'refclock gpsd unit 0\nrefclock gpsd unit 128\n',
    'warning single-source 1',
  ],
  ['segments of two receivers', 'refclock shm unit 0\nrefclock shm unit 2\n', 'critical two-sources 2'],
])('NTPsec: %s', (_, text, expected) => expect(counted('etc/ntpsec/ntp.conf', text)).toEqual([expected]))

test.each([
  [AWS, 'pool time.aws.com iburst'],
  ['server metadata.google.internal iburst\n', 'pool time.google.com iburst'],
  ['server ntp.example iburst\n', 'pool pool.ntp.org iburst'],
])('beside %j others are named that treat leap seconds alike', (text, expected) => {
  const [single] = found('chrony.conf', text, 'single-source')
  expect(single?.remedy.changes).toEqual([expected])
  expect(found('chrony.conf', `${text}${expected}\n`, 'smear-mixed')).toEqual([])
})

const TWO = 'server a.example iburst\nserver b.example iburst\n'

test.each([
  ['ntp.conf', `${TWO}includefile /etc/ntp/crypto/pw\n`, 'critical', undefined],
  ['chrony.conf', `${TWO}sourcedir /run/chrony-dhcp\n`, 'critical', 'if the network (DHCP) offers none'],
  ['ntp.conf', `${TWO}includefile /etc/ntp/more\n`, 'warning', 'if what is not here adds none'],
  ['chrony.conf', `${TWO}confdir /etc/chrony/conf.d\n`, 'warning', 'if what is not here adds none'],
  ['chrony.conf', `${TWO}sourcedir /etc/chrony/sources.d\n`, 'warning', 'if what is not here adds none'],
])('%s, %j: two are judged, and it is said what may add more', (path, text, severity, unless) => {
  const [first, ...more] = found(path, text, 'two-sources')
  expect([first?.severity, more]).toEqual([severity, []])
  if (unless === undefined) expect(first?.what).not.toContain('That is so')
  else expect(first?.what).toContain(unless)
  expect(first?.evidence.map(({ line }) => line)).toEqual(unless === undefined ? [1, 2] : [1, 2, 3])
})

test('a file without a source asks those of folders that are not here, if any', () => {
  const [first] = found('chrony.conf', 'confdir /etc/chrony/conf.d\nmakestep 1 -1\n', 'no-source')
  expect(first?.severity).toBe('warning')
  const seen = lint(
    [
      { path: 'chrony.conf', text: 'confdir /etc/chrony/conf.d\nmakestep 1 -1\n' },
      { path: 'chrony/conf.d/a.conf', text: 'pool a.example iburst\n' },
    ],
    {},
  )
  expect(seen.map(({ name }) => name)).not.toContain('no-source')
})

test('a folder of sources holds no makestep', () =>
  expect(found('chrony.conf', `${TWO}sourcedir /run/chrony-dhcp\n`, 'never-steps')).toHaveLength(1))

test.each([
  ['disable auth\nenable bclient\n', 0],
  ['enable monitor bclient\ndisable bclient\n', 1],
  ['enable monitor\n', 1],
])('%j: who listens to broadcasts has a source', (lines, count) =>
  expect(found('ntp.conf', `driftfile /var/lib/ntp/drift\n${lines}`, 'no-source')).toHaveLength(count),
)

test('NTPsec: a server with nts and the port of its key exchange is one of the sources', () => {
  const text = [1, 2, 3, 4].map(each => `server ${each}.example:4460 nts iburst\n`).join('')
  const findings = lint([{ path: 'etc/ntpsec/ntp.conf', text: `tos minsane 3\n${text}` }], {
    hypervisor: 'none',
  })
  expect(findings).toEqual([])
})

const TOML = {
  pool: '[[source]]\nmode = "pool"\naddress = "p"\n',
  server: '[[source]]\nmode = "server"\naddress = "a"\n',
  sock: '[[source]]\nmode = "sock"\npath = "/run/chrony.ttyS0.sock"\nprecision = 1e-3\n',
  pps: '[[source]]\nmode = "pps"\npath = "/dev/pps0"\nprecision = 1e-7\n',
  needed: (count: number) => `[synchronization]\nminimum-agreeing-sources = ${count}\n`,
}

test.each([
  ['a pool and a receiver', TOML.pool + TOML.sock + TOML.pps, []],
  ['a receiver with its pulses', TOML.sock + TOML.pps + TOML.needed(1), ['warning single-source 1']],
  // Two are needed, and of the two that are there the pulses do not count.
  [
    'pulses beside a server',
    TOML.server + TOML.pps + TOML.needed(2),
    ['warning single-source 1', 'critical never-agrees 1'],
  ],
  ['pulses alone', TOML.pps + TOML.needed(1), ['critical never-agrees 0']],
])('ntpd-rs: %s', (_, text, expected) =>
  expect(counted('etc/ntpd-rs/ntp.toml', text).sort()).toEqual(expected.toSorted()),
)

test.each([
  ['1.3.1', ['sock', 'precision', 'pps', 'precision']],
  ['1.4.0', ['precision', 'pps', 'precision']],
  ['1.5.0', []],
])('ntpd-rs %s: what it does not know yet keeps it from starting', (version, words) => {
  const findings = lint([{ path: 'etc/ntpd-rs/ntp.toml', text: TOML.pool + TOML.sock + TOML.pps }], {
    hypervisor: 'none',
    daemons: [{ name: 'ntpd-rs', version }],
  })
  expect(findings.map(({ severity, name, what }) => [severity, name, /`([^`]*)`/.exec(what)?.[1]])).toEqual(
    words.map(word => ['critical', 'not-in-this-version', word]),
  )
})

test.each([
  [
    'etc/chrony.conf',
    'server a iburst noselect\nserver b noselect iburst\n',
    ['server a iburst', 'server b iburst'],
  ],
  ['etc/ntp.conf', 'server a noselect\n', ['server a']],
  ['etc/chrony.conf', 'server a noselect\nserver b\nserver c\n', undefined],
])('%s, %j: sources that are only watched are there, and followed by nobody', (path, text, changes) => {
  const [finding] = found(path, text, 'no-source')
  expect(finding?.remedy.changes).toEqual(changes)
  if (changes)
    expect(finding).toMatchObject({
      severity: 'critical',
      evidence: [{ line: 1 }, ...changes.slice(1).map(() => ({}))],
    })
})
