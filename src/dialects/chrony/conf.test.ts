import { expect, test } from 'vitest'
import { readChronyConf } from './conf.ts'
import { AS_DISTRIBUTED, CHRONY_DEFAULTS } from './settings.ts'

test('what a distribution ships is read as it says of itself', () => {
  const conf = readChronyConf(
    'pool 2.debian.pool.ntp.org iburst\ndriftfile /var/lib/chrony/chrony.drift\nmakestep 1 3\nrtcsync\nleapsectz right/UTC\nmaxupdateskew 100.0\n',
    '/etc/chrony/chrony.conf',
  )
  expect(conf.notUnderstood).toEqual([])
  expect(conf.said).toEqual({
    makestep: { threshold: 1, limit: 3 },
    driftfile: '/var/lib/chrony/chrony.drift',
    rtcsync: true,
    maxupdateskew: 100 * 1e-6,
  })
  expect({ ...CHRONY_DEFAULTS, makestep: conf.said.makestep, rtcsync: conf.said.rtcsync }).toEqual(
    AS_DISTRIBUTED,
  )
})

test('frequencies are written in ppm; the last word counts; lines are kept', () => {
  const conf = readChronyConf(
    'maxslewrate 500\nMAXSLEWRATE 1000\nlocal stratum 8 orphan\nmaxchange 0.5 1 2\nleapsecmode slew\nlogdir /x',
    'f',
  )
  expect(conf.said).toEqual({
    maxslewrate: 1000 * 1e-6,
    local: { stratum: 8, orphan: true, distance: 1 },
    maxchange: { offset: 0.5, start: 1, ignore: 2 },
    leapsecmode: 'slew',
  })
  expect(conf.directives.map(({ line, name }) => `${line} ${name}`)).toContain('6 logdir')
})

test('values that cannot be are not taken', () => {
  const conf = readChronyConf('makestep 1\nminsources 0\ncorrtimeratio many\nrefclock PHC', 'f')
  expect(conf.said).toEqual({})
  expect(conf.notUnderstood.map(each => each.line)).toEqual([1, 2, 3, 4])
})

test('the last number is read as far as it is one, as chronyd does', () => {
  const { said, notUnderstood } = readChronyConf(
    'makestep 1 3.0\nmaxupdateskew 100,0\nminsamples 6.5\nmaxchange 0.5 1 2x',
    'f',
  )
  expect(said).toMatchObject({ makestep: { threshold: 1, limit: 3 }, minsamples: 6 })
  expect(said.maxupdateskew).toBeCloseTo(1e-4, 12)
  expect(said.maxchange).toEqual({ offset: 0.5, start: 1, ignore: 2 })
  expect(notUnderstood).toEqual([])
})

test('the options of a source, and what holds without them', () => {
  const { sources } = readChronyConf(
    'server a minpoll -2 maxpoll 3 polltarget 30 maxdelaydevratio 5 trust offset -1e-3\npeer b minpoll 12\nserver c maxpoll 40',
    'f',
  )
  expect(sources).toMatchObject([
    {
      kind: 'server',
      minpoll: -2,
      maxpoll: 3,
      polltarget: 30,
      maxdelaydevratio: 5,
      trust: true,
      offset: -1e-3,
    },
    { kind: 'peer', minpoll: 12, maxpoll: 12, polltarget: 8, maxdelay: 3, maxunreach: 100_000 },
    { minpoll: 6, maxpoll: 24, minsamples: undefined },
  ])
})

test('reference clocks are named', () => {
  const { refclocks } = readChronyConf('refclock PHC /dev/ptp0 poll 3 dpoll -2 offset 0', 'f')
  expect(refclocks).toMatchObject([
    { line: 1, driver: 'PHC', parameter: '/dev/ptp0', options: ['poll', '3', 'dpoll', '-2', 'offset', '0'] },
  ])
})
