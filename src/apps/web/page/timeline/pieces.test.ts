import { describe, expect, test } from 'vitest'
import { emptyTrack, nearestAt, patienceOf, pieces, push, runsOf } from './pieces.ts'

const every = (step: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => from + i * step)

describe('a clock that runs backwards', () => {
  test('opens a new piece, each of them growing', () => {
    const x = [1, 2, 3, 2.5, 3.5, 1]
    expect(pieces({ x })).toEqual([[0, 1, 2], [3, 4], [5]])
  })
  test('two readings in one instant: the later one stands', () => {
    expect(pieces({ x: [1, 2, 2, 3] })).toEqual([[0, 2, 3]])
  })
  test('nothing is nothing', () => {
    expect(pieces({ x: [] })).toEqual([])
  })
})

describe('gaps', () => {
  const trackAt = (x: readonly number[]) => {
    const track = emptyTrack()
    for (const at of x) push(track, at, 1)
    return track
  }
  /** Readings at these times, with the poll interval (log2 s) that the records say, as the lengths of the runs. */
  const runs = (x: readonly number[], polls: number | readonly number[], breaks: readonly number[] = []) => {
    const track = trackAt(x)
    const poll = emptyTrack()
    x.forEach((at, i) => {
      push(poll, at, typeof polls === 'number' ? polls : polls[i]!)
    })
    return runsOf(track, { breaks, patience: patienceOf(track, poll) }).map(run => run.length)
  }

  test('steady polls have none', () => {
    expect(runs(every(64, 20), 6)).toEqual([20])
  })
  test('three lost replies are none, four are one', () => {
    const without = (lost: number) => every(64, 20).filter((_, i) => i < 7 || i >= 7 + lost)
    expect(runs(without(3), 6)).toEqual([17])
    expect(runs(without(4), 6)).toEqual([7, 9])
  })
  test('polls that slow down have none, nor has the end of a burst', () => {
    const steps = [2, 2, 2, 64, 64, 128, 256, 512, 1024, 1024]
    const x = [0]
    for (const step of steps) x.push(x.at(-1)! + step)
    const polls = [6, 6, 6, 6, 6, 7, 8, 9, 10, 10, 10]
    expect(runs(x, polls)).toEqual([11])
  })
  test('the neighbours of a gap have no say in it, so it is the same at every moment of looking', () => {
    const outage = [...every(64, 10), ...every(64, 10, 10_000)]
    for (let shown = 11; shown <= 20; shown++)
      for (let from = 0; from < 10; from++)
        expect(runs(outage.slice(from, shown), 6)).toEqual([10 - from, shown - 10])
  })
  test('points that stand for many readings: what counts is the silence between them', () => {
    const track = trackAt([600, 1200, 1800, 3000])
    track.first.splice(0, 4, 10, 610, 1210, 2400)
    const patience = () => 64
    expect(runsOf(track, { patience })).toEqual([[0, 1, 2], [3]])
    expect(runsOf(track, { patience, resolution: 600 })).toEqual([[0, 1, 2, 3]])
  })
  test('without a known poll interval the longest usual one counts', () => {
    const x = [0, 4096, 8193]
    expect(runsOf(trackAt(x), { patience: patienceOf(trackAt(x), emptyTrack()) })).toEqual([[0, 1], [2]])
  })
  test('where the agent was started there is one in any case', () => {
    expect(runs(every(64, 6), 6, [100])).toEqual([2, 4])
  })
  test('without patience for silence nothing else is one: who coasts has an estimate', () => {
    expect(runsOf(trackAt([0, 64, 100_000]), { breaks: [] })).toEqual([[0, 1, 2]])
  })
  test('a clock that was set back cuts too', () => {
    const x = [...every(64, 8), ...every(64, 8, 5000), ...every(64, 8, 4900)]
    expect(runs(x, 6)).toEqual([8, 8, 8])
  })
})

describe('the reading at the cursor', () => {
  const x = [0, 10, 20, 500, 510, 15, 25]
  const runs = [
    [0, 1, 2],
    [3, 4],
    [5, 6],
  ]
  test('is the nearest of the newest run that holds it', () => {
    expect(nearestAt({ x, runs }, 11, 1)).toBe(1)
    expect(nearestAt({ x, runs }, 16, 1)).toBe(5)
    expect(nearestAt({ x, runs }, 504, 1)).toBe(3)
  })
  test('is none in a gap', () => {
    expect(nearestAt({ x, runs }, 200, 30)).toBeUndefined()
  })
})
