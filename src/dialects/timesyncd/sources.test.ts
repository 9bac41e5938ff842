import { expect, test } from 'vitest'
import { combineServers, parseTimesyncdConf } from './sources.ts'

const names = (servers: readonly { address: string }[]) => servers.map(each => each.address)

test('lists add up, an empty assignment begins anew, and lines are joined past comments', () => {
  const conf = parseTimesyncdConf(
    '# c\n[Time]\nNTP=a b\nNTP=\nNTP = c \\\n; in between\n d\nFallbackNTP=e\n[Other]\nNTP=f\n',
    '/f',
  )
  expect(names(conf.sources)).toEqual(['c', 'd'])
  expect(conf.sources[0]!.line).toBe(5)
  expect(names(combineServers([conf], 'FallbackNTP').map(each => each.source))).toEqual(['e'])
  expect(conf.notUnderstood.map(each => each.line)).toEqual([9])
})

test('a later file adds to the list or begins it anew', () => {
  const main = parseTimesyncdConf('[Time]\nNTP=a', '/1')
  const more = parseTimesyncdConf('[Time]\nNTP=b', '/2')
  const anew = parseTimesyncdConf('[Time]\nNTP=\nNTP=c', '/3')
  const found = (...files: (typeof main)[]) => names(combineServers(files, 'NTP').map(each => each.source))
  expect(found(main, more)).toEqual(['a', 'b'])
  expect(found(main, more, anew)).toEqual(['c'])
})

test('what is not understood has its line', () => {
  const conf = parseTimesyncdConf('[Time]\nNtp=a\nNTP=<b> c\nnonsense\nPollIntervalMinSec=32', '/f')
  expect(names(conf.sources)).toEqual(['c'])
  expect(conf.notUnderstood.map(each => each.line)).toEqual([2, 3, 4])
})

test('`Servers` is another word for `NTP`, in one list with it', () => {
  const conf = parseTimesyncdConf('[Time]\nServers=a\nNTP=b\nservers=c', '/f')
  expect(names(conf.sources)).toEqual(['a', 'b'])
  expect(conf.notUnderstood.map(each => each.line)).toEqual([4])
})
