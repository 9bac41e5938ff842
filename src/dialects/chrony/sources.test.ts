import { expect, test } from 'vitest'
import { parseChronyConf, parseChronySources } from './sources.ts'

test('directives and options in any case, comments by their first character, options that mean nothing to us', () => {
  const { sources, notUnderstood } = parseChronyConf(
    [
      '! server a.example',
      '  ; server b.example',
      '#server c.example',
      '%server d.example',
      'Server e.example IBURST MinPoll -2 maxpoll 20 xleave extfield F323 offset -1.5e-3 maxdelay .1 Prefer',
      '\tpool f.example maxsources 99 version 1 auto_offline',
      'peer g.example minpoll 12 port 11123',
    ].join('\n'),
    '/etc/chrony.conf',
  )
  expect(notUnderstood).toEqual([])
  expect(sources).toMatchObject([
    { address: 'e.example', line: 5, iburst: true, prefer: true, minpoll: 0, maxpoll: 17, pool: false },
    { address: 'f.example', line: 6, iburst: false, pool: true, maxsources: 16, version: 3 },
    { address: 'g.example', line: 7, minpoll: 12, maxpoll: 12, port: 11123, pool: false },
  ])
})

test('what is not understood has its line, and a later nts is not lost behind it', () => {
  const { sources, notUnderstood } = parseChronyConf(
    'server a.example iburts minpoll x nts\nserver\nserver b.example port 70000\nfrobnicate 7\nconfdir\ninclude a b',
    '/f',
  )
  expect(sources).toMatchObject([{ address: 'a.example', nts: true, minpoll: 6 }])
  expect(notUnderstood.map(each => [each.line, each.why])).toEqual([
    [1, 'the server is used without `iburts minpoll x`'],
    [2, 'no host name or address'],
    [3, 'there is no port 70000'],
    [4, 'no directive of chrony that is known here'],
    [5, 'confdir takes one to ten directories'],
    [6, 'include takes one pattern'],
  ])
})

test('includes, and a reference clock', () => {
  const { includes, notUsable } = parseChronyConf(
    'include /etc/chrony.d/*.conf\nconfdir /a /b\nsourcedir /c\nrefclock PHC /dev/ptp0 poll 3',
    '/f',
  )
  expect(includes).toEqual([
    { line: 1, kind: 'files', paths: ['/etc/chrony.d/*.conf'], suffix: '' },
    { line: 2, kind: 'directories', paths: ['/a', '/b'], suffix: '.conf' },
    { line: 3, kind: 'directories', paths: ['/c'], suffix: '.sources' },
  ])
  expect(notUsable).toMatchObject([{ line: 4, text: 'refclock PHC /dev/ptp0 poll 3' }])
})

test('in a file of sources nothing else stands, and an unfinished line is not read', () => {
  const { sources, notUnderstood } = parseChronySources('server a.example\ninclude /x\nserver b.exam', '/f')
  expect(sources.map(each => each.address)).toEqual(['a.example'])
  expect(notUnderstood.map(each => each.line)).toEqual([2, 3])
})

test('a name that nobody can have is understood, and left out', () => {
  const { sources, notUsable, notUnderstood } = parseChronyConf('server a:123 iburst\nserver b\n', '/f')
  expect(sources.map(({ address }) => address)).toEqual(['b'])
  expect(notUsable).toMatchObject([{ line: 1, why: 'chronyd finds no host of that name' }])
  expect(notUnderstood).toEqual([])
})
