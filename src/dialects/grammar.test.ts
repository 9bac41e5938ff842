import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHRONY_GRAMMAR } from './chrony/grammar.ts'
import {
  checkWords,
  compareVersions,
  grammar,
  isKnownTo,
  type Mistake,
  numbersOf,
  type Reader,
} from './grammar.ts'
import { NTPD_GRAMMAR } from './ntpd/grammar.ts'

const kinds = (mistakes: readonly Mistake[]) => mistakes.map(({ kind, word }) => `${kind} ${word}`)
const chrony = (line: string, version?: string) =>
  kinds(
    checkWords(
      CHRONY_GRAMMAR,
      line.split(' '),
      version === undefined ? undefined : { numbers: numbersOf(version) },
    ),
  )
const ntpd = (line: string, reader?: Reader) => kinds(checkWords(NTPD_GRAMMAR, line.split(' '), reader))
const CLASSIC_426: Reader = { family: 'classic', numbers: [4, 2, 6, 5] }
const NTPSEC: Reader = { family: 'ntpsec', numbers: [] }

test('outside of a range that is marked the reader refuses the value, elsewhere it takes another', () => {
  expect(chrony('local stratum 99')).toEqual(['wrong-value stratum 99'])
  expect(chrony('refclock PHC /dev/ptp0 refid LONGER')).toEqual(['wrong-value refid LONGER'])
  expect(chrony('refclock PHC /dev/ptp0 refid KVM0')).toEqual([])
  expect(chrony('server ntp.example minpoll 30')).toEqual(['out-of-range minpoll 30'])
  const [mistake] = checkWords(CHRONY_GRAMMAR, ['refclock', 'PHC', '/dev/ptp0', 'refid', 'LONGER'])
  expect(mistake?.expected).toBe('a word of at most 4 characters')
})

describe('what is right is not blamed', () => {
  test.each([
    'server ntp.example iburst minpoll 4 maxpoll 6 prefer',
    'pool 2.debian.pool.ntp.org iburst maxsources 4',
    'MakeStep 1.0 -1',
    'rtcsync',
    'allow',
    'allow all 192.0.2.0/24',
    'local stratum 10 orphan',
    'refclock PHC /dev/ptp_hyperv poll 3 dpoll -2 offset 0 stratum 2',
    'log tracking measurements statistics',
    'driftfile /var/lib/chrony/drift',
    'smoothtime 400 0.01 leaponly',
    'tempcomp /sys/class/hwmon/hwmon0/temp2_input 30 26000 0.0 0.000183 0.0',
    'initstepslew 10 ntp1.example ntp2.example',
  ])('chrony: %s', line => expect(chrony(line)).toEqual([]))

  test.each([
    'server -4 192.0.2.1 iburst minpoll 4 maxpoll 6 prefer true',
    'tinker panic 0 stepout 10',
    'restrict default kod nomodify notrap nopeer noquery limited',
    'restrict -6 default ignore',
    'restrict 192.0.2.0 mask 255.255.255.0 nomodify notrap',
    'restrict source notrap nomodify noquery',
    'filegen loopstats file loopstats type day enable',
    'statistics loopstats peerstats clockstats',
    'fudge 127.127.1.0 stratum 10 refid LCL',
    'disable monitor',
    'interface ignore wildcard',
    'broadcastclient',
    'driftfile /var/lib/ntp/drift',
    'tos minclock 4 minsane 3',
    'refclock shm unit 0 refid GPS',
    'server ntp.example nts',
  ])('ntpd: %s', line => expect(ntpd(line)).toEqual([]))
})

describe('what is wrong', () => {
  test.each([
    ['makestep 1', ['missing-value makestep']],
    ['makestep one 3', ['wrong-value one']],
    ['makestep 1 3 5', ['too-many-values 5']],
    ['servr ntp.example', ['unknown-directive servr']],
    ['server ntp.example ibrust', ['unknown-option ibrust']],
    ['server ntp.example minpoll 99', ['out-of-range minpoll 99']],
    ['server ntp.example minpoll', ['missing-value minpoll']],
    ['leapsecmode smear', ['wrong-value smear']],
    ['refclock PTP /dev/ptp0', ['wrong-value PTP']],
  ])('chrony: %s', (line, expected) => expect(chrony(line)).toEqual(expected))

  test.each([
    ['tinker setpout 10', ['unknown-option setpout']],
    ['tinker', ['missing-value tinker']],
    ['server', ['missing-value server']],
    ['restrict default nomodfy', ['unknown-option nomodfy']],
    ['statistics loopstat', ['wrong-value loopstat']],
    ['enable kernal', ['wrong-value kernal']],
  ])('ntpd: %s', (line, expected) => expect(ntpd(line)).toEqual(expected))

  test('the word that was meant is offered', () => {
    expect(checkWords(NTPD_GRAMMAR, ['tinker', 'setpout', '10'])[0]?.meant).toBe('stepout')
    expect(checkWords(CHRONY_GRAMMAR, ['servr', 'x'])[0]?.meant).toBe('server')
    expect(checkWords(NTPD_GRAMMAR, ['statistics', 'loopstat'])[0]?.meant).toBe('loopstats')
  })
})

describe('versions', () => {
  test('chrony', () => {
    expect(chrony('server ntp.example nts', '3.5')).toEqual(['not-in-this-version nts'])
    expect(chrony('server ntp.example nts', '4.0')).toEqual([])
    expect(chrony('opencommands', '4.6.1')).toEqual(['not-in-this-version opencommands'])
    expect(chrony('generatecommandkey', '2.1')).toEqual([])
    expect(chrony('generatecommandkey', '4.3')).toEqual(['not-in-this-version generatecommandkey'])
  })

  test('classic ntpd and NTPsec', () => {
    expect(ntpd('tinker stepback 0.1', CLASSIC_426)).toEqual(['not-in-this-version stepback'])
    // As a choice beside a word of any kind.
    expect(ntpd('restrict source nomodify', CLASSIC_426)).toEqual(['not-in-this-version source'])
    expect(ntpd('restrict -6 source nomodify', { family: 'classic', numbers: [4, 2, 8, 0] })).toEqual([])
    expect(ntpd('restrict default nomodify', CLASSIC_426)).toEqual([])
    expect(ntpd('restrict source nomodfy')).toEqual(['unknown-option nomodfy'])
    expect(ntpd('broadcastclient', NTPSEC)).toEqual(['not-in-this-version broadcastclient'])
    expect(ntpd('server ntp.example nts', CLASSIC_426)).toEqual(['not-in-this-version nts'])
    expect(ntpd('statistics protostats', { family: 'classic', numbers: [4, 2, 4, 8] })).toEqual([
      'not-in-this-version protostats',
    ])
  })

  test('are compared number by number', () => {
    expect(compareVersions([4, 2, 8], [4, 2, 8, 0])).toBe(0)
    expect(compareVersions([4, 10], [4, 9])).toBeGreaterThan(0)
    expect(isKnownTo(undefined, { family: 'ntpsec', since: undefined, until: undefined })).toBe(true)
  })
})

test('a grammar is read from its table', () => {
  const { statements } = grammar('speed INTEGER[1..9] fast|slow? : gear=INTEGER lights@2.0')
  expect([...statements.keys()]).toEqual(['speed'])
  expect([...statements.get('speed')!.options.keys()]).toEqual(['gear', 'lights'])
})

test('any words whatever are judged', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(CHRONY_GRAMMAR, NTPD_GRAMMAR),
      fc.array(
        fc.oneof(fc.string(), fc.constantFrom('server', 'restrict', 'tinker', '-4', 'mask', '1', 'key')),
      ),
      (all, words) => {
        for (const { kind } of checkWords(all, words)) expect(kind).toBeTruthy()
      },
    ),
  ))
