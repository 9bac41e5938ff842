import { expect, test } from 'vitest'
import { announcingOf, sayAnnouncing } from './announcing.ts'

const heard = (address: string, clocks: readonly number[]) =>
  clocks.map(clock => ({ address, clock, delay: Number.NaN }))
const steadily = (address: string, every: number, count: number) =>
  heard(
    address,
    Array.from({ length: count }, (_, i) => i * every),
  )
const NOW_AND_THEN = [30, 95, 700, 1900, 1960, 4100, 5500]

test('one that is heard rarely, and at no fixed interval, is another address of somebody', () => {
  const packets = [
    ...steadily('192.0.2.1', 65, 100),
    ...steadily('192.0.2.2', 66, 100),
    ...heard('198.51.100.2', NOW_AND_THEN),
  ]
  const [first, second, ...more] = announcingOf(packets)
  expect(more).toEqual([])
  expect(first).toEqual({ address: '192.0.2.1', every: 64, strays: [], part: 0 })
  expect(second).toEqual({ address: '192.0.2.2', every: 64, strays: ['198.51.100.2'], part: 0.07 })
  expect(sayAnnouncing(second!)).toContain('198.51.100.2')
})

test('one that is heard rarely, and on time, is a server that sends less often', () => {
  const packets = [...steadily('192.0.2.1', 64, 160), ...steadily('192.0.2.2', 1040, 10)]
  expect(announcingOf(packets).map(({ every }) => every)).toEqual([64, 1024])
})

test('who answers only sends nothing unasked', () => {
  const answered = steadily('192.0.2.1', 64, 100).map(each => ({ ...each, delay: 1e-4 }))
  expect(announcingOf(answered)).toEqual([])
})
