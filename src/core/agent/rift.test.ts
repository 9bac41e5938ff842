import { expect, test } from 'vitest'
import { Track } from '#core/discipline/track.ts'
import { Rift } from './rift.ts'

/** Asked each minute, and true to 5 ms: its time is off by this at each moment. */
const party = (off: (at: number) => number) => {
  const track = new Track()
  return { track, heardUntil: (until: number) => hear(track, off, until) }
}

function hear(track: Track, off: (at: number) => number, until: number): void {
  for (let at = track.known ? track.measuredAt + 60 : 0; at <= until; at += 60)
    track.update({ at, offset: off(at), low: off(at) - 5e-3, high: off(at) + 5e-3, jitter: 1e-4 })
}

function rift(...offs: readonly ((at: number) => number)[]) {
  const parties = offs.map(party)
  const hearAll = (until: number) => {
    for (const each of parties) each.heardUntil(until)
  }
  hearAll(3600)
  const rift = new Rift(parties, 3600)
  return (at: number) => {
    hearAll(at)
    return rift.showsOneRate(parties, at)
  }
}

test('who keeps his distance shows in time that the rates are one; nobody can tell at once', () => {
  const shows = rift(
    () => 0,
    () => 0.05,
  )
  expect(shows(3660)).toBe(false)
  expect(shows(4200)).toBe(false)
  expect(shows(8 * 3600)).toBe(true)
})

test('what the oscillator does, it does to all', () => {
  const wandering = (at: number) => 0.02 * Math.sin(at / 2000)
  const shows = rift(wandering, at => wandering(at) - 0.05)
  expect(shows(10 * 3600)).toBe(true)
})

test('who moves away does not, and one is enough', () => {
  const leaving = (at: number) => Math.max(0, at - 3600) * 1e-4
  const shows = rift(() => 0, leaving)
  for (const hours of [2, 8, 24]) expect(shows(hours * 3600), String(hours)).toBe(false)
  expect(
    rift(
      () => 0,
      () => 0.05,
      leaving,
    )(8 * 3600),
  ).toBe(false)
})

test('whoever was not there then has shown nothing', () => {
  const [old, other, newcomer] = [party(() => 0), party(() => 0.05), party(() => 0.05)]
  for (const each of [old, other]) each.heardUntil(3600)
  const rift = new Rift([old, other], 3600)
  for (const each of [old, other, newcomer]) each.heardUntil(8 * 3600)
  expect(rift.showsOneRate([old, other], 8 * 3600)).toBe(true)
  expect(rift.showsOneRate([old, other, newcomer], 8 * 3600)).toBe(false)
})
