import { expect, test } from 'vitest'
import { parseNtpConf } from './sources.ts'

test('servers with their options, comments anywhere, quotes, address families', () => {
  const { sources, notUnderstood } = parseNtpConf(
    [
      'server -6 a.example iburst minpoll 4 maxpoll 4 # server x.example',
      'pool "b.example" key 3 version 3 true',
      'peer c.example noselect autokey',
      'restrict default noquery',
      'server d.example#5',
    ].join('\n'),
    '/etc/ntp.conf',
  )
  expect(notUnderstood).toEqual([])
  expect(sources).toMatchObject([
    { address: 'a.example', iburst: true, minpoll: 4, maxpoll: 4, line: 1 },
    { address: 'b.example', pool: true, version: 3, iburst: false, line: 2 },
    { address: 'c.example', noselect: true, line: 3 },
    { address: 'd.example', line: 5 },
  ])
})

test('reference clocks are recognised, in the old and in the new spelling', () => {
  const { sources, notUsable } = parseNtpConf(
    'server 127.127.1.0\nserver 127.127.20.2 mode 5\nrefclock gpsd unit 0 prefer\nserver 127.0.0.1',
    '/f',
  )
  expect(sources).toMatchObject([{ address: '127.0.0.1' }])
  expect(notUsable.map(each => [each.line, each.why])).toEqual([
    [1, "this machine's own clock"],
    [2, 'a reference clock of this machine'],
    [3, 'a reference clock of this machine'],
  ])
})

test('unpeer takes a server back, end ends the file, commands are in small letters', () => {
  const { sources, includes, notUnderstood } = parseNtpConf(
    'server a.example\nserver b.example\nunpeer a.example\nincludefile /x\nServer c.example\nend\nserver d.example',
    '/f',
  )
  expect(sources.map(each => each.address)).toEqual(['b.example'])
  expect(includes).toEqual([{ line: 4, kind: 'files', paths: ['/x'], suffix: '' }])
  expect(notUnderstood.map(each => each.line)).toEqual([5])
})

test('behind the name of a server with nts stands the port of the key exchange, and nowhere else', () => {
  const { sources, notUnderstood } = parseNtpConf(
    'server a.example:4460 nts iburst\nserver -4 b.example:ntske nts\nserver 192.0.2.1:4460 nts ca /c:1\nserver fd00::1 nts\nserver c.example:123 iburst',
    '/f',
  )
  expect(sources.map(({ address, nts, line }) => [address, nts, line])).toEqual([
    ['a.example', true, 1],
    ['b.example', true, 2],
    ['192.0.2.1', true, 3],
    ['fd00::1', true, 4],
  ])
  expect(notUnderstood).toMatchObject([{ line: 5, why: 'ntpd drops this whole line' }])
})
