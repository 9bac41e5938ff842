import { expect, test } from 'vitest'
import type { Score } from '../score.ts'
import { storyOf } from './forecast.ts'
import { Trial } from './trial.ts'

const NEVER = Number.POSITIVE_INFINITY
const story = storyOf({ pause: 4, uptime: 600, networks: ['lan'], driftfile: false })
const player = { kind: 'chronyd', name: 'c' } as const
const score = (timeTo10ms: number) => ({ timeTo10ms }) as Score
const trial = () =>
  new Trial(story, 3600, [
    { player, runs: 20 },
    { player, runs: 10 },
  ])

test('every candidate has seeds from one on, side by side', () => {
  const seeds = trial().jobs.map(({ seed }) => seed)
  expect(seeds).toEqual([...Array(20).keys(), ...Array(10).keys()].map(i => i + 1))
})

test('who never comes back in the first eight runs is not played on, and no later run counts, whenever it came', () => {
  const tried = trial()
  tried.take(12, score(60))
  for (let job = 0; job < 7; job++) tried.take(job, score(NEVER))
  expect(tried.isNeedless(8)).toBe(false)
  tried.take(7, score(NEVER))
  expect(tried.isNeedless(8)).toBe(true)
  expect(tried.isNeedless(20)).toBe(false)
  expect(tried.scores(0)).toEqual(Array(8).fill(score(NEVER)))
  expect(tried.complete).toBe(false)
  for (let job = 20; job < 30; job++) tried.take(job, score(5))
  expect(tried.complete).toBe(true)
  expect(tried.scores(1)).toHaveLength(10)
})

test('one recovery among them, and all are played', () => {
  const tried = trial()
  for (let job = 0; job < 8; job++) tried.take(job, score(job === 3 ? 100 : NEVER))
  expect(tried.isNeedless(8)).toBe(false)
})

test('of one that is not complete the first seeds count, without a gap', () => {
  const tried = trial()
  for (const job of [0, 1, 3]) tried.take(job, score(job))
  expect(tried.scores(0)).toEqual([score(0), score(1)])
  expect(tried.scores(1)).toEqual([])
})
