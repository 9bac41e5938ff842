import { expect, test } from 'vitest'
import { defaultsOf } from './defaults.ts'
import { pollLimits } from './poll-limits.ts'
import { parseVersion } from './version.ts'

const limits = (said: string, version = '4.2.8p6') => {
  const words = said.split(' ').filter(word => word !== '')
  const values = new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]!] as const] : [])))
  const read = pollLimits(values, defaultsOf(parseVersion(version)!))
  return read && [read.minpoll, read.maxpoll]
}

// The packets of a 4.2.8p6 show these.
test.each([
  ['', [6, 10]],
  ['minpoll 4', [4, 10]],
  ['maxpoll 4', [4, 4]],
  ['maxpoll 5', [5, 5]],
  ['minpoll 6 maxpoll 4', [4, 4]],
  ['minpoll 12', [10, 10]],
  ['minpoll 12 maxpoll 14', [12, 14]],
  ['minpoll 1 maxpoll 20', [3, 17]],
])('`%s` is asked between %j', (said, expected) => {
  expect(limits(said)).toEqual(expected)
})

test('NTPsec asks each second where it is told so', () => {
  expect(limits('minpoll 0 maxpoll 0', 'ntpsec-1.2.2')).toEqual([0, 0])
})

test('a line whose minpoll is above its maxpoll is none of 4.2.4', () => {
  expect(limits('maxpoll 4', '4.2.4p8')).toBeUndefined()
  expect(limits('minpoll 4 maxpoll 4', '4.2.4p8')).toEqual([4, 4])
})
