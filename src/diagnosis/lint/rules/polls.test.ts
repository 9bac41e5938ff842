import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

test.each([
  ['PollIntervalMaxSec=4', ['PollIntervalMaxSec=32']],
  ['PollIntervalMaxSec=20', ['PollIntervalMaxSec=32']],
  ['PollIntervalMinSec=8\nPollIntervalMaxSec=4', ['PollIntervalMinSec=16', 'PollIntervalMaxSec=32']],
  ['PollIntervalMinSec=2min\nPollIntervalMaxSec=1min', ['PollIntervalMaxSec=2min']],
  ['PollIntervalMinSec=16\nPollIntervalMaxSec=20', []],
  ['PollIntervalMaxSec=64', []],
  ['PollIntervalMinSec=8\nPollIntervalMaxSec=64', ['PollIntervalMinSec=16']],
])('timesyncd: %j', (lines, edits) =>
  expect(
    lint([{ path: 'etc/systemd/timesyncd.conf', text: `[Time]\nNTP=a b c d\n${lines}\n` }])
      .filter(({ name }) => name === 'out-of-range')
      .flatMap(({ remedy }) => remedy.edits?.map(({ text }) => text) ?? []),
  ).toEqual(edits),
)
