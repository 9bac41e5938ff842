import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseConf } from './conf.ts'

const conf = (...lines: string[]) => parseConf(lines.join('\n'), '/etc/ntp.conf')

test('who is asked, and how', () => {
  const { associations, notUnderstood } = conf(
    'server a.example iburst minpoll 4 maxpoll 6 prefer true noselect burst version 3',
    'pool -6 b.example preempt # four of them',
    'peer c.example bias 0.001',
    'server 127.127.1.0',
    'broadcastclient novolley',
    'multicastclient 224.0.1.1',
    'refclock shm unit 0 refid GPS',
  )
  expect(notUnderstood).toEqual([])
  expect(associations.map(({ kind, address, line }) => [kind, address, line])).toEqual([
    ['server', 'a.example', 1],
    ['pool', 'b.example', 2],
    ['peer', 'c.example', 3],
    ['server', '127.127.1.0', 4],
    ['broadcastclient', '', 5],
    ['multicastclient', '', 6],
    ['refclock', 'shm', 7],
  ])
  expect(associations[0]!.options.values).toEqual(
    new Map([
      ['minpoll', '4'],
      ['maxpoll', '6'],
      ['version', '3'],
    ]),
  )
  expect(associations[0]!.options.flags).toEqual(new Set(['iburst', 'prefer', 'true', 'noselect', 'burst']))
})

test('tinker, tos, enable, fudge and files, each with its line; the last one counts', () => {
  const read = conf(
    'driftfile /var/lib/ntp/drift',
    'tinker panic 0 step 0.5',
    'tinker panic 100',
    'tos maxdist 16 minclock 2 orphan 5',
    'disable kernel monitor',
    'enable kernel',
    'fudge 127.127.1.0 stratum 10 time1 0.2',
    'includefile /etc/ntp.d/site.conf',
    'keys "/etc/ntp keys"',
  )
  expect(read.driftfile).toEqual({ value: '/var/lib/ntp/drift', line: 1 })
  expect(read.tinker.get('panic')).toEqual({ value: 100, line: 3 })
  expect(read.tinker.get('step')).toEqual({ value: 0.5, line: 2 })
  expect([...read.tos.keys()]).toEqual(['maxdist', 'minclock', 'orphan'])
  expect(read.switches.get('kernel')).toEqual({ value: true, line: 6 })
  expect(read.switches.get('monitor')).toEqual({ value: false, line: 5 })
  expect(read.fudges[0]).toMatchObject({ address: '127.127.1.0', line: 7 })
  expect(read.includes[0]).toMatchObject({ line: 8, paths: ['/etc/ntp.d/site.conf'] })
  expect(read.notUnderstood).toEqual([])
})

test('what is not understood is kept with its line', () => {
  const { notUnderstood, tinker } = conf('tinker panic 0 stepp 1', 'tos', 'driftfile', 'frobnicate', 'fudge')
  expect(notUnderstood.map(({ line, text }) => [line, text])).toEqual([
    [1, 'tinker panic 0 stepp 1'],
    [2, 'tos'],
    [3, 'driftfile'],
    [4, 'frobnicate'],
    [5, 'fudge'],
  ])
  expect(tinker.get('panic')?.value).toBe(0)
})

test('any text is read without an exception', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
      parseConf(text, '/f')
    }),
  )
})
