import { expect, test } from 'vitest'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'
import type { PresenceOf } from '../presence.ts'

const told = (path: string, text: string, about: About = {}, presence?: PresenceOf) =>
  lint([{ path, text, ...(presence ? { presence } : {}) }], about)
    .filter(({ name }) => /^(?:sources-unusable|no-source)$/.test(name))
    .map(({ severity, name }) => `${severity} ${name}`)
const SERVERS = 'server a.example iburst\nserver b.example iburst\n'
const chrony = (text: string, presence?: PresenceOf) => told('etc/chrony.conf', text, {}, presence)
const ntp = (text: string, about?: About) => told('etc/ntp.conf', text, about)
const CRITICAL = ['critical sources-unusable']

test('of servers that must prove themselves none does', () => {
  expect(chrony(`${SERVERS}authselectmode require\n`)).toEqual(CRITICAL)
  expect(chrony(`${SERVERS}authselectmode prefer\n`)).toEqual([])
  expect(chrony(`${SERVERS}authselectmode require\nauthselectmode mix\n`)).toEqual([])
  expect(chrony(`${SERVERS}server c.example key 3\nauthselectmode require\n`)).toEqual([])
  // Attached clocks prove nothing, and are not asked to.
  expect(chrony(`${SERVERS}refclock PHC /dev/ptp_kvm\nauthselectmode require\n`)).toEqual([])
  expect(chrony(`${SERVERS}authselectmode require\ninclude /etc/more.conf\n`)).toEqual([])
})

test('those that do not prove themselves are no second opinion', () => {
  const names = (mode: string) =>
    lint([{ path: 'etc/chrony.conf', text: `${SERVERS}server c.example nts\nauthselectmode ${mode}\n` }]).map(
      ({ name }) => name,
    )
  expect(names('prefer')).toContain('single-source')
  expect(names('require')).toContain('single-source')
  expect(names('mix')).toContain('fewer-than-four')
})

test('offline sources wait for somebody: graver where nothing is there that says so', () => {
  const off = SERVERS.replaceAll('iburst', 'offline')
  expect(chrony(off)).toEqual(['note sources-unusable'])
  expect(chrony(`${off}server c.example\n`)).toEqual([])
  expect(chrony(off, () => 'missing')).toEqual(['warning sources-unusable'])
  expect(chrony(off, path => (/20-chrony$/.test(path) ? 'there' : 'missing'))).toEqual([
    'note sources-unusable',
  ])
})

test('an ntpd without an address reaches nobody', () => {
  const closed = `${SERVERS}interface ignore all\n`
  expect(ntp(closed)).toEqual(CRITICAL)
  expect(ntp(closed, { daemons: [{ name: 'ntpsec', version: '1.2.2' }] })).toEqual(CRITICAL)
  // Of 4.2.4 the word is unknown, which is told.
  expect(ntp(closed, { daemons: [{ name: 'ntpd', version: '4.2.4p8' }] })).toEqual([])
  expect(ntp(`${closed}server 127.127.28.0\n`)).toEqual([])
  expect(ntp(`${closed}includefile /etc/more.conf\n`)).toEqual([])
  const words = { path: 'etc/sysconfig/ntpd', text: 'OPTIONS="-g -I eth0"\n' }
  expect(lint([{ path: 'etc/ntp.conf', text: closed }, words]).map(({ name }) => name)).not.toContain(
    'sources-unusable',
  )
})

test.each([
  ['-g -I lo', 'OPTIONS="-g"'],
  ['-I 127.0.0.1 -g', 'OPTIONS="-g"'],
  ['-g -I lo -I eth0', undefined],
  ['-g', undefined],
])('an ntpd that is started with %s', (options, after) => {
  const found = (conf: string) =>
    lint([
      { path: 'etc/ntp.conf', text: conf },
      { path: 'etc/sysconfig/ntpd', text: `OPTIONS="${options}"\n` },
    ]).find(({ name }) => name === 'sources-unusable')
  expect(found(SERVERS)?.remedy.edits?.[0]?.text).toBe(after)
  expect(found('server 127.127.28.0\n')).toBeUndefined()
})

test('requests that leave from the loopback reach nobody', () => {
  expect(chrony(`${SERVERS}bindacqaddress 127.0.0.1\n`)).toEqual(CRITICAL)
  expect(chrony(`${SERVERS}bindacqaddress 192.0.2.7\n`)).toEqual([])
  expect(chrony(`${SERVERS}bindaddress 127.0.0.1\n`)).toEqual([])
  expect(chrony(`server 2001:db8::1\nbindacqaddress 127.0.0.1\n`)).toEqual([])
  expect(chrony(`${SERVERS}refclock PHC /dev/ptp_kvm\nbindacqaddress 127.0.0.1\n`)).toEqual([])
})

test('servers that are passed over prove no clock of the host right', () => {
  const names = (mode: string) =>
    lint(
      [{ path: 'etc/chrony.conf', text: `${SERVERS}refclock PHC /dev/ptp_kvm\nauthselectmode ${mode}\n` }],
      { hypervisor: 'kvm' },
    ).map(({ name }) => name)
  expect(names('require')).toContain('host-clock-not-validated')
  expect(names('mix')).not.toContain('host-clock-not-validated')
})
