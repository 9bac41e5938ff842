import { expect, test } from 'vitest'
import { wordsOf } from '../named-source.ts'
import { heededCommands, heededWords } from './heeded.ts'
import { parseVersion } from './version.ts'

const taken = (line: string, version?: string) =>
  heededWords(wordsOf(line), version === undefined ? undefined : parseVersion(version))?.join(' ')

/** What 4.2.8p6 writes of each line with --saveconfigquit; of `fudge` and `filegen` what it says it had expected tells. */
test.each([
  ['server 10.0.0.1 iburs minpoll 4 maxpoll 4', 'server 10.0.0.1'],
  ['server 10.0.0.1 iburst minpol 4 maxpoll 4', 'server 10.0.0.1 iburst'],
  ['server 10.0.0.1 iburst minpoll 4 maxpol 4', 'server 10.0.0.1 iburst minpoll 4'],
  ['server 10.0.0.1 iburst minpoll4', 'server 10.0.0.1 iburst'],
  ['server 10.0.0.1 iburst minpoll four maxpoll 4', undefined],
  ['server 10.0.0.1 iburst minpoll', undefined],
  ['server 10.0.0.1 iburst minpoll 4.5', undefined],
  ['server 10.0.0.1 iburst minpoll maxpoll 4', undefined],
  ['server 10.0.0.1 10.0.0.2', 'server 10.0.0.1'],
  ['server -4 10.0.0.1 iburst foo', 'server -4 10.0.0.1 iburst'],
  ['server 10.0.0.1 iburst minpoll 99', 'server 10.0.0.1 iburst minpoll 99'],
  ['servr 10.0.0.1 iburst', undefined],
  ['pool 10.0.0.1 iburs minpoll 4', 'pool 10.0.0.1'],
  ['pool 10.0.0.1 iburst minpoll 4 x', 'pool 10.0.0.1 iburst minpoll 4'],
  ['tinker stpe 0.5 panic 0', undefined],
  ['tinker panic 0 stpe 0.5 stepout 10', 'tinker panic 0'],
  ['tinker panic 0 stepout10', 'tinker panic 0'],
  ['tinker panic zero', undefined],
  ['tinker panic 0 stepout', undefined],
  ['tinker panic 0 stepout ten', undefined],
  ['tos maxdist 16 foo 3 minsane 1', 'tos maxdist 16'],
  ['tos foo 3 minsane 1', undefined],
  ['tos maxdist 16 minsane', undefined],
  ['restrict default kod nomodfy notrap', 'restrict default kod'],
  ['restrict default nomodfy notrap kod', 'restrict default'],
  ['restrict -6 default kod nomodfy', 'restrict -6 default kod'],
  ['restrict 10.0.0.0 maks 255.0.0.0 nomodify', 'restrict 10.0.0.0'],
  ['restrict default limited 5 kod', 'restrict default limited'],
  ['disable ntpp monitor', undefined],
  ['disable ntp monitr stats', 'disable ntp'],
  ['driftfile /x/y foo', 'driftfile /x/y'],
  ['fudge 127.127.1.0 stratum 10 foo 3 time1 0.1', 'fudge 127.127.1.0 stratum 10'],
  ['fudge 127.127.1.0 stratum ten', undefined],
  ['fudge 127.127.1.0 foo 3 stratum 10', undefined],
  ['filegen loopstats file x tpe day', 'filegen loopstats file x'],
  ['statistics loopstats foo peerstats', 'statistics loopstats'],
  ['broadcastclient foo', 'broadcastclient'],
  ['unpeer 10.0.0.1 foo', 'unpeer 10.0.0.1'],
])('%s', (line, expected) => {
  expect(taken(line)).toBe(expected)
  expect(taken(line, '4.2.8p6')).toBe(expected)
  expect(taken(line, '4.2.6p5')).toBe(expected)
})

test.each([
  ['server 10.0.0.1 iburst minpol 4', undefined],
  ['server 10.0.0.1 iburst minpoll', undefined],
  ['server 10.0.0.1 iburst minpoll four', 'server 10.0.0.1 iburst minpoll four'],
  ['restrict default nomodfy notrap', undefined],
  ['tinker stpe 0.5 panic 0', 'tinker panic 0'],
  ['tinker panic 0 stepout', 'tinker panic 0'],
  ['tos foo 3', undefined],
  ['disable ntpp monitor', 'disable monitor'],
])('4.2.4 reads word by word: %s', (line, expected) => {
  expect(taken(line, '4.2.4p8')).toBe(expected)
})

test('a word of a later version is none', () => {
  expect(taken('tinker panic 0 stepback 0.5 step 1', '4.2.6p5')).toBe('tinker panic 0')
  expect(taken('tinker panic 0 stepback 0.5 step 1', '4.2.8p15')).toBe('tinker panic 0 stepback 0.5 step 1')
})

test('lines of a template stand as they are', () => {
  expect(heededCommands('server {{ name }} minpoll {{ poll }}')).toHaveLength(1)
})
