import { expect, test } from 'vitest'
import { withEdits } from '../../../../test/support/edits.ts'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'

const NTPD_428: About = { daemons: [{ name: 'ntpd', version: '4.2.8p15' }] }
const NTPD_426: About = { daemons: [{ name: 'ntpd', version: '4.2.6p5' }] }
const NTPSEC: About = { daemons: [{ name: 'ntpsec', version: '1.2.2' }] }
const POOLS = 'pool 0.debian.pool.ntp.org iburst\npool 1.debian.pool.ntp.org iburst\n'
const SERVERS = 'server 10.0.0.1 iburst\nserver 10.0.0.2 iburst\n'
const CLOSED = 'restrict default kod limited nomodify notrap nopeer noquery\n'

const filesOf = (text: string) => [{ path: 'etc/ntp.conf', text }]
const told = (text: string, about: About = NTPD_428) =>
  lint(filesOf(text), about).filter(({ name }) => name === 'restrict-drops-answers')
const severity = (text: string, about?: About) => told(text, about)[0]?.severity
const put = (text: string, name: string, about: About = NTPD_428) => {
  const finding = lint(filesOf(text), about).find(each => each.name === name)!
  return withEdits(filesOf(text), finding.remedy.edits!)[0]!.text
}

test('`nopeer` without `restrict source` leaves a pool without servers, from 4.2.7 on and in ntpd only', () => {
  expect(severity(POOLS + CLOSED)).toBe('critical')
  expect(severity(`${POOLS}server ntp.example\n${CLOSED}`)).toBe('warning')
  expect(severity(`${POOLS}server 127.127.1.0\n${CLOSED}`)).toBe('critical')
  expect(severity(POOLS + CLOSED, NTPD_426)).toBeUndefined()
  expect(severity(POOLS + CLOSED, NTPSEC)).toBeUndefined()
  expect(severity(`${POOLS}refclock nmea unit 0\n${CLOSED}`, {})).toBeUndefined()
  expect(severity(SERVERS + CLOSED)).toBeUndefined()
  expect(severity(`${POOLS}${CLOSED}restrict source notrap nomodify noquery\n`)).toBeUndefined()
  expect(severity(`${POOLS}${CLOSED.replace('default', '-6 default')}`)).toBeUndefined()
  const lan = 'restrict 10.0.0.0 mask 255.0.0.0 nomodify\n'
  expect(severity(POOLS + CLOSED + lan)).toBe('critical')
  expect(severity(`pool ntp.internal iburst\n${CLOSED}${lan}`)).toBeUndefined()
  expect(severity(`${POOLS}${CLOSED}includefile /etc/ntp/more.conf\n`)).toBeUndefined()
  expect(put(POOLS + CLOSED, 'restrict-drops-answers')).toBe(
    `${POOLS}${CLOSED}restrict source notrap nomodify noquery\n`,
  )
})

test('what closes the default leaves the pool its servers', () => {
  const open = 'restrict default nomodify notrap\n'
  const closed = 'restrict default nomodify notrap noquery nopeer kod limited\n'
  const source = 'restrict source notrap nomodify noquery\n'
  expect(put(POOLS + open, 'restrict-default-open')).toBe(POOLS + closed + source)
  expect(put(POOLS + open, 'restrict-default-open', NTPD_426)).toBe(POOLS + closed)
  expect(
    put(`${POOLS}${open}restrict 10.0.0.0 mask 255.0.0.0 nomodify\n`, 'restrict-default-open'),
  ).toContain(source)
  expect(put(SERVERS + open, 'restrict-default-open')).toBe(SERVERS + closed)
  expect(put(POOLS + open + source, 'restrict-default-open')).toBe(POOLS + closed + source)
})

test('`ignore` for everybody drops what the servers answer, unless they are excepted', () => {
  const ignore = 'restrict default ignore\nrestrict 127.0.0.1\n'
  expect(severity(SERVERS + ignore)).toBe('critical')
  expect(severity(`${SERVERS}${ignore}restrict 10.0.0.1\n`)).toBe('warning')
  expect(severity(`${SERVERS}${ignore}restrict 10.0.0.0 mask 255.255.255.0 nomodify\n`)).toBeUndefined()
  expect(severity(`${SERVERS}${ignore}restrict source nomodify\n`)).toBeUndefined()
  expect(put(SERVERS + ignore, 'restrict-drops-answers')).toBe(
    `${SERVERS}restrict default ignore\nrestrict 10.0.0.1 nomodify notrap nopeer noquery\nrestrict 10.0.0.2 nomodify notrap nopeer noquery\nrestrict 127.0.0.1\n`,
  )
  const names = `server ntp.example iburst\n${ignore}`
  const put1 = put(names, 'restrict-drops-answers')
  expect(put1).toContain('restrict default kod limited nomodify notrap noquery\n')
  expect(told(put1)).toEqual([])
})

test('a network that the servers lie in is closed to what they answer, too, and so is one address', () => {
  const lan = (words: string) => `${CLOSED}restrict 10.0.0.0 mask 255.255.255.0 ${words}\n`
  for (const word of ['ignore', 'noserve', 'notrust nomodify']) {
    expect(severity(SERVERS + lan(word))).toBe('critical')
    const mended = put(SERVERS + lan(word), 'restrict-drops-answers')
    expect(mended).toContain(`${lan(word)}restrict 10.0.0.1 nomodify`)
    expect(told(mended)).toEqual([])
  }
  expect(severity(`${SERVERS}server 192.0.2.1\n${lan('ignore')}`)).toBe('warning')
  expect(severity(SERVERS + lan('nomodify notrap'))).toBeUndefined()
  expect(severity(SERVERS.replaceAll('10.0.0.', '10.0.1.') + lan('ignore'))).toBeUndefined()
  expect(severity(`${SERVERS}${lan('ignore')}restrict source nomodify\n`)).toBeUndefined()
  const one = `${SERVERS}${CLOSED}restrict 10.0.0.1 noserve\n`
  expect(severity(one)).toBe('warning')
  expect(told(put(one, 'restrict-drops-answers'))).toEqual([])
  const short = `${SERVERS}${CLOSED}restrict 10.0.0.0/24 ignore\n`
  expect([severity(short), severity(short, NTPSEC)]).toEqual([undefined, 'critical'])
})

test('`notrust` drops what has no key, from 4.2 on and in ntpd only', () => {
  const notrust = 'restrict default nomodify notrap nopeer noquery notrust\n'
  const names = SERVERS.replaceAll('10.0.0.', 'ntp.example')
  expect(severity(SERVERS + notrust)).toBe('critical')
  expect(severity(SERVERS + notrust, {})).toBe('critical')
  expect(severity(SERVERS.replace('iburst', 'iburst key 1') + notrust)).toBe('warning')
  expect(severity(SERVERS.replaceAll('iburst', 'iburst key 1') + notrust)).toBeUndefined()
  expect(severity(SERVERS + notrust, { daemons: [{ name: 'ntpd', version: '4.1.2' }] })).toBeUndefined()
  expect(severity(SERVERS + notrust, NTPSEC)).toBeUndefined()
  expect(severity(SERVERS + notrust, { daemons: [{ name: 'ntpsec' }] })).toBeUndefined()
  expect(severity(`${SERVERS + CLOSED}restrict source notrust\n`)).toBe('critical')
  expect(put(names + notrust, 'restrict-drops-answers')).toBe(names + notrust.replace(' notrust', ''))
  expect(put(`${names + CLOSED}restrict source notrust\n`, 'restrict-drops-answers')).toBe(
    `${names + CLOSED}restrict source\n`,
  )
})

test('`nopeer` of `restrict source` leaves a pool without servers, too', () => {
  const source = 'restrict source notrap nomodify nopeer noquery\n'
  expect(severity(POOLS + CLOSED + source)).toBe('critical')
  expect(severity(POOLS + CLOSED.replace(' nopeer', '') + source)).toBe('critical')
  expect(severity(SERVERS + CLOSED + source)).toBeUndefined()
  expect(severity(POOLS + CLOSED + source, NTPD_426)).toBeUndefined()
  expect(severity(POOLS + CLOSED + source, NTPSEC)).toBeUndefined()
  const mended = put(POOLS + CLOSED + source, 'restrict-drops-answers')
  expect(mended).toBe(`${POOLS}${CLOSED}restrict source notrap nomodify noquery\n`)
  expect(told(mended)).toEqual([])
})
