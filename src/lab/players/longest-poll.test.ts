import { expect, test } from 'vitest'
import { longestPoll } from './longest-poll.ts'

const ntpd = (config: string) =>
  longestPoll({ kind: 'ntpd', name: 'n', version: '4.2.8p15', options: '-g', config })
const chronyd = (config: string) => longestPoll({ kind: 'chronyd', name: 'c', config })
const timesyncd = (config: string) => longestPoll({ kind: 'timesyncd', name: 't', config })

test('what a configuration allows counts, where it is longer than what is usual', () => {
  expect(ntpd('server a\n')).toBe(1024)
  expect(ntpd('server a\nserver b maxpoll 14\nserver c maxpoll 6\n')).toBe(2 ** 14)
  expect(ntpd('server a iburs maxpoll 14\n')).toBe(1024)
  expect(chronyd('pool a maxpoll 6\n')).toBe(1024)
  expect(chronyd('pool a maxpoll 12\n')).toBe(4096)
  expect(timesyncd('[Time]\nNTP=a\n')).toBe(2048)
  expect(timesyncd('[Time]\nNTP=a\nPollIntervalMaxSec=4h\n')).toBe(4 * 3600)
  expect(longestPoll({ kind: 'none', name: 'nobody' })).toBe(1024)
})
