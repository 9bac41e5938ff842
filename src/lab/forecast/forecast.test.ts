import { expect, test } from 'vitest'
import { play } from '../play.ts'
import type { PlayerSpec } from '../players/player.ts'
import { changesFor } from './changes.ts'
import { effective, isKept, judgedBefore, prospectOf, storyOf } from './forecast.ts'

const story = storyOf({ pause: 30, uptime: 3600, network: 'lan', servers: 1 })
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
  const judged = judgedBefore(storyOf({ pause: 30, uptime: 7200, network: 'lan', servers: 1 }), 7200)
  const prospect = (config: string) =>
    prospectOf(
      [1, 2].map(
        seed => play({ scenario: judged, player: { kind: 'chronyd', name: 'c', config }, seed }).score,
      ),
    )
  const kept = prospect('server 192.0.2.1 iburst')
  const free = prospect('server 192.0.2.1 iburst\nminsources 2')
  expect([kept, free].map(isKept)).toEqual([true, false])
  // Two hours and up to 17 min at 12 ppm, more or less, and nothing of the 30 s.
  expect(free.before).toBeGreaterThan(0.08)
  expect(free.before).toBeLessThan(0.11)
})
