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

test('polls are not shorter than 16 s, and the longest is not shorter than the shortest', () => {
  expect(read('PollIntervalMinSec=1\nPollIntervalMaxSec=2').settings).toMatchObject({
    pollIntervalMin: 16,
    pollIntervalMax: 16,
  })
})

test('what is no time has its line', () => {
  expect(read('PollIntervalMinSec=often').notUnderstood).toMatchObject([{ line: 2 }])
})
