import { describe, expect, test } from 'vitest'
import { exampleWatched } from '../../../test/browser/support.ts'
import { encodeStatus } from '../encode.ts'
import { ago, aheadOrBehind, exact, fastOrSlow, length, plusMinus, span } from './say.ts'
import { verdict } from './verdict.ts'

const told = (story: 'usual' | 'alone' | 'holdover' | 'starting') => {
  const { sentence, details, state } = verdict(
    encodeStatus(exampleWatched({ story, days: 1 }).snapshot()),
    14,
  )
  return { state, sentence: sentence.join(''), details: details.join(' ') }
}

describe('numbers in words', () => {
  test('an offset says which way', () => {
    expect(aheadOrBehind(12.3e-6)).toBe('12.3 µs behind')
    expect(aheadOrBehind(-0.0853)).toBe('85.3 ms ahead')
    expect(aheadOrBehind(0)).toBe('exactly right')
  })
  test('unknown is a dash and never zero', () => {
    for (const say of [aheadOrBehind, fastOrSlow, length, plusMinus]) {
      expect(say(null)).toBe('–')
      expect(say(undefined)).toBe('–')
    }
    expect(ago(undefined)).toBe('–')
  })
  test('a rate says which way', () => {
    expect(fastOrSlow(26.02e-6)).toBe('26.020 ppm fast')
    expect(fastOrSlow(-26.02e-6)).toBe('26.020 ppm slow')
  })
  test.each([
    [0.2, 'just now'],
    [14.4, '14 s ago'],
    [180, '3 min ago'],
    [9000, '2.5 h ago'],
    [400_000, '4.6 days ago'],
  ])('%f s is %s', (seconds, text) => expect(ago(seconds)).toBe(text))
  test('a span that is negative by a hair is none', () => expect(span(-0.3)).toBe('0 s'))
  test('exact numbers have no exponent', () => {
    expect(exact(1.25e-7, 's')).toBe('0.000000125 s')
    expect(exact(-0, 's')).toBe('0 s')
  })
})

describe('the verdict', () => {
  test('locked: how wrong, how sure, how fresh, from how many', () => {
    const { state, sentence, details } = told('usual')
    expect(state).toBe('Locked')
    expect(sentence).toMatch(/^This clock is [\d.]+ [nµ]s (ahead|behind), correct to within \d+ µs\.$/)
    expect(details).toContain('Measured 14 s ago from 4 agreeing sources.')
    expect(details).toMatch(/wrong by at most \d+ µs\./)
  })
  test('no source: says so, and what is known without one', () => {
    const { sentence, details } = told('alone')
    expect(sentence).toBe('Nobody has told this machine what time it is: there is no source.')
    expect(details).toContain('No source is configured')
    expect(details).toContain('chronyd may be setting this clock')
    expect(details).toContain('not synchronised')
  })
  test('holdover: why, and since when', () => {
    const { state, sentence, details } = told('holdover')
    expect(state).toBe('Holdover')
    expect(sentence).toContain('and coasting')
    expect(details).toContain(
      'of 6 sources none can be used (each: it did not answer any of the last eight requests)',
    )
  })
  test('starting: nothing is claimed', () => {
    const { sentence } = told('starting')
    expect(sentence).toBe('Not measured yet: 6 sources asked, none accepted so far.')
  })
})
