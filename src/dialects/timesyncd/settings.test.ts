import { expect, test } from 'vitest'
import { readSpan, TIMESYNCD_DEFAULTS, timesyncdSettings } from './settings.ts'
import { parseTimesyncdConf } from './sources.ts'

const read = (text: string) => timesyncdSettings([parseTimesyncdConf(`[Time]\n${text}`, '/f')])

test('spans of time', () => {
  expect(['2048', '34min 8s', '1h30m', '500ms', '1.5 s', '', '5 parsecs'].map(readSpan)).toEqual([
    2048,
    2048,
    5400,
    0.5,
    1.5,
    undefined,
    undefined,
  ])
})

test('what is not said is as systemd has it', () => {
  expect(read('NTP=a').settings).toEqual(TIMESYNCD_DEFAULTS)
  expect(read('PollIntervalMaxSec=1min\nRootDistanceMaxSec=1').settings).toEqual({
    ...TIMESYNCD_DEFAULTS,
    pollIntervalMax: 60,
    rootDistanceMax: 1,
  })
})

test.each([
  ['PollIntervalMinSec=10\nPollIntervalMaxSec=20', 32, 2048, [2, 3]],
  ['PollIntervalMinSec=8\nPollIntervalMaxSec=64', 32, 64, [2]],
  ['PollIntervalMaxSec=16', 32, 2048, [2]],
  ['PollIntervalMinSec=16\nPollIntervalMaxSec=16', 16, 16, []],
  // 32 times the shortest, where that is more.
  ['PollIntervalMinSec=2min\nPollIntervalMaxSec=1min', 120, 3840, [3]],
  // Longer than the longest by default.
  ['PollIntervalMinSec=1h', 3600, 115_200, []],
  // The last word counts.
  ['PollIntervalMinSec=8\nPollIntervalMinSec=64', 64, 2048, []],
])('polls that are too short are not taken: %j', (lines, pollIntervalMin, pollIntervalMax, notTaken) => {
  const told = read(lines)
  expect(told.settings).toMatchObject({ pollIntervalMin, pollIntervalMax })
  expect(told.notTaken.map(({ line }) => line)).toEqual(notTaken)
})

test('what is used instead of what is too short is said', () => {
  expect(
    read('PollIntervalMinSec=10\nPollIntervalMaxSec=20\nConnectionRetrySec=500ms').notTaken,
  ).toMatchObject([
    { line: 2, why: 'systemd-timesyncd takes nothing below 16 s: 32 s is used instead' },
    { line: 3, why: 'the longest poll is below the shortest, 32 s: 2048 s is used instead' },
    { line: 4, why: 'systemd-timesyncd takes nothing below 1 s: 30 s is used instead' },
  ])
})

test('what is no time has its line', () => {
  expect(read('PollIntervalMinSec=often').notUnderstood).toMatchObject([{ line: 2 }])
})
