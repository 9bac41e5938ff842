import { expect, test } from 'vitest'
import { USUAL_SETUP } from './lab/setup.ts'
import { formatPlace, HOME, parsePlace } from './place.ts'

test('a place survives its way through the address bar', () => {
  const place = {
    ...HOME,
    view: 'timeline' as const,
    range: '7d' as const,
    window: { from: 1795258202.125, to: 1795258262 },
    scale: '1ms' as const,
    hide: ['a b', 'ü&=#?'],
    open: ['x'],
    panel: 'source.delay',
    about: 'time.example 2001:db8::1',
    rehearsal: { ...USUAL_SETUP, story: 'pause-30s', turned: { pause: 4.3 } },
  }
  expect(parsePlace(formatPlace(place))).toEqual(place)
})

test('what is not understood of a rehearsal is kept to be said', () => {
  expect(parsePlace('#/lab?story=pause-4s&pauze=3&panel=legend')).toMatchObject({
    rehearsal: { story: 'pause-4s' },
    unread: ['pauze=3'],
  })
  expect(formatPlace(parsePlace('#/lab?pauze=3'))).toBe('#/lab')
  expect(parsePlace('#/now?pauze=3').unread).toEqual([])
})

test('home is short', () => {
  expect(formatPlace(HOME)).toBe('#/now')
  expect(parsePlace('')).toEqual(HOME)
})

test.each([
  '#/elsewhere',
  '#/now?range=5y&scale=huge',
  '#/now?from=2&to=1',
  '#/now?from=x&to=1',
  '#/now?from=1e99&to=NaN',
  '#//evil.example/?range=',
])('nonsense is left out: %s', hash => {
  expect(parsePlace(hash)).toEqual(HOME)
})
