import { expect, it } from 'vitest'
import { monotonic } from '#core/time/instant.ts'
import { Episode } from './episode.ts'

const at = (seconds: number) => monotonic(BigInt(seconds * 1e9))

it('lasts from the first notice to the first fresh samples, and is told once', () => {
  const episode = new Episode()
  expect(episode.verify(at(1))).toBeUndefined()
  episode.notice(at(10), ['rtc'])
  episode.notice(at(12), ['rtc', 'vmclock'])
  expect(episode.open).toBe(true)
  expect(episode.verify(at(14.5))).toEqual({ after: 4.5, witnesses: ['rtc', 'vmclock'] })
  expect(episode.open).toBe(false)
  expect(episode.verify(at(15))).toBeUndefined()
})
