import { expect, test } from 'vitest'
import { play } from '../play.ts'
import type { PlayerSpec } from '../players/player.ts'
import { changesFor } from './changes.ts'
import { assumedOf, effective, isKept, judgedBefore, prospectOf, storyOf } from './forecast.ts'

const question = { pause: 30, uptime: 3600, networks: ['lan'], driftfile: false } as const
const story = storyOf(question)
const scoresOf = (player: PlayerSpec) =>
  [1, 2].map(seed => play({ scenario: story, player, seed, patience: 3600 }).score)

test('an ntpd that runs once and ends heeds no poll and no stepout: such a change changes nothing', () => {
  const player: PlayerSpec = {
    kind: 'ntpd',
    name: 'once',
    version: '4.2.6p5',
    options: '-g -q',
    again: 60,
    config: 'server 192.0.2.1 iburst\n',
  }
  const tried = changesFor(player, 30).map(change => ({ change, scores: scoresOf(change.player) }))
  const names = (all: ReturnType<typeof effective>) => all.map(({ change }) => change.name)
  const idle = ['polls 4 to 6', 'stepout 10']
  expect(names(tried)).toEqual(expect.arrayContaining(idle))
  const kept = names(effective(scoresOf(player), tried))
  for (const name of idle) expect(kept).not.toContain(name)
  expect(kept).toContain('clockwright')
  // Nor what adds one of them to another.
  expect(kept).not.toContain('polls 4 to 6, maxdist 16')
})

test('a clock that was wrong before the pause is not kept, whatever the pause does', () => {
  const judged = judgedBefore(storyOf({ ...question, uptime: 7200 }), 7200)
  const prospect = (config: string) =>
    prospectOf(
      [1, 2].map(
        seed => play({ scenario: judged, player: { kind: 'chronyd', name: 'c', config }, seed }).score,
      ),
    )
  const kept = prospect('server 192.0.2.1 iburst')
  const free = prospect('server 192.0.2.1 iburst\nminsources 2')
  expect([kept, free].map(isKept)).toEqual([true, false])
  // Two hours and up to 17 min at 12 ppm, begun within 10 ms, and nothing of the 30 s.
  expect(free.before).toBeGreaterThan(0.076)
  expect(free.before).toBeLessThan(0.11)
})

test('who has a drift file begins with the frequency, and what was known at the start is said', () => {
  const known = { ...question, driftfile: true }
  expect(assumedOf(known)).toBe(
    'At its start the clock was within 10 ms, and its frequency in the drift file.',
  )
  expect(assumedOf(question)).toContain('no drift file')
  const player: PlayerSpec = { kind: 'ntpd', name: 'n', version: '4.2.8p15', options: '-x' }
  const gained = (scenario: typeof story) => {
    const { offsets } = play({ scenario, player, seed: 1 }).run
    return Math.abs(offsets[280]! - offsets[80]!)
  }
  // 12 ppm for 200 s, while the frequency is still measured.
  expect(gained(story)).toBeGreaterThan(2e-3)
  expect(gained(storyOf(known))).toBeLessThan(2e-3)
})
