import { describe, expect, test } from 'vitest'
import { play } from '../play.ts'
import type { PlayerSpec } from '../players/player.ts'
import type { Score } from '../score.ts'
import { changesFor } from './changes.ts'
import {
  assumedOf,
  effective,
  hasCorrected,
  isKept,
  judgedBefore,
  prospectOf,
  rankChanges,
  storyOf,
  uncorrected,
} from './forecast.ts'

const question = { pause: 30, uptime: 3600, networks: ['lan'], driftfile: false } as const
const story = storyOf(question)
const outcomeOf = (player: PlayerSpec) => ({
  scores: [1, 2].map(seed => play({ scenario: story, player, seed, patience: 3600 }).score),
  corrects: true,
})

test('an ntpd that runs once and ends heeds no poll and no stepout: such a change changes nothing', () => {
  const player: PlayerSpec = {
    kind: 'ntpd',
    name: 'once',
    version: '4.2.6p5',
    options: '-g -q',
    again: 60,
    config: 'server 192.0.2.1 iburst\n',
  }
  const tried = changesFor(player, 30).map(change => ({ change, ...outcomeOf(change.player) }))
  const names = (all: ReturnType<typeof effective>) => all.map(({ change }) => change.name)
  const idle = ['polls 4 to 6', 'stepout 10']
  expect(names(tried)).toEqual(expect.arrayContaining(idle))
  const kept = names(effective(outcomeOf(player), tried))
  for (const name of idle) expect(kept).not.toContain(name)
  expect(kept).toContain('clockwright')
  // Nor what adds one of them to another.
  expect(kept).not.toContain('polls 4 to 6, maxdist 16')
})

test('a clock that was wrong before the pause is not kept, whatever the pause does', () => {
  const judged = judgedBefore(storyOf({ ...question, uptime: 7200 }), 7200)
  const prospect = (config: string) =>
    prospectOf({
      scores: [1, 2].map(
        seed => play({ scenario: judged, player: { kind: 'chronyd', name: 'c', config }, seed }).score,
      ),
      corrects: true,
    })
  const kept = prospect('server 192.0.2.1 iburst')
  const free = prospect('server 192.0.2.1 iburst\nminsources 2')
  expect([kept, free].map(isKept)).toEqual([true, false])
  // Two hours and up to 17 min at 12 ppm, begun within 10 ms, and nothing of the 30 s.
  expect(free.before).toBeGreaterThan(0.076)
  expect(free.before).toBeLessThan(0.11)
})

test('who never corrects does not keep the clock, however young and right it is; who steps seldom or slews slowly does', () => {
  const corrects = (player: PlayerSpec) =>
    hasCorrected(play({ scenario: uncorrected({ ...question, driftfile: true }), player, seed: 1 }).score)
  const ntpd = (lines: string, options = '-g'): PlayerSpec => ({
    kind: 'ntpd',
    name: 'n',
    version: '4.2.8p15',
    options,
    config: `driftfile /var/lib/ntp/drift\nserver 10.0.0.1\n${lines}`,
  })
  const told = ['', 'tinker step 0', 'restrict default ignore', 'disable ntp', 'tos minsane 2']
  expect(told.map(lines => corrects(ntpd(lines)))).toEqual([true, true, false, false, false])
  expect(corrects(ntpd('', '-g -x'))).toBe(true)
  // An old loop slews to the other side within the hour, and swings: when the story ends it is 50 ms off there.
  const four = ['a', 'b', 'c', 'd'].map(name => `server ${name}.example.org iburst`).join('\n')
  const networks = ['internet', 'internet', 'internet', 'internet'] as const
  const old: PlayerSpec = { kind: 'ntpd', name: 'n', version: '4.2.6p5', options: '-g -x', config: four }
  const score = (player: PlayerSpec) =>
    play({ scenario: uncorrected({ ...question, networks, driftfile: true }), player, seed: 1 }).score
  expect(score(old).max).toBeGreaterThan(0.05)
  expect(hasCorrected(score(old))).toBe(true)
  expect(hasCorrected(score({ ...old, config: `${four}\nrestrict default ignore` }))).toBe(false)
  const chrony = (lines: string): PlayerSpec => ({ kind: 'chronyd', name: 'c', config: lines })
  expect(corrects(chrony('server 10.0.0.1 iburst\nauthselectmode require'))).toBe(false)
  expect(corrects(chrony('server 10.0.0.1 iburst key 1\nauthselectmode require'))).toBe(true)
  expect(corrects({ kind: 'timesyncd', name: 't', config: '' })).toBe(true)
  expect(corrects({ kind: 'openntpd', name: 'o', config: 'server 10.0.0.1' })).toBe(true)
  expect(corrects({ kind: 'none', name: 'nobody' })).toBe(false)
})

describe('what is best', () => {
  const NEVER = Number.POSITIVE_INFINITY
  const outcome = (times: readonly number[], corrects = true) => ({
    scores: times.map(timeTo10ms => ({ timeTo10ms, worst: 1, max: 0, exited: false }) as Score),
    corrects,
  })
  const tried = (name: string, size: number, times: readonly number[], corrects = true) => ({
    change: { kind: 'edit', name, how: '', size, player: { kind: 'none', name } } as const,
    ...outcome(times, corrects),
  })
  const named = (all: ReturnType<typeof rankChanges>) =>
    all.filter(({ best }) => best).map(({ name }) => name)
  const NOW = [400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300]

  test('is nothing that chance may have made better', () => {
    // A lower median, and sooner in six of ten runs.
    const noise = NOW.map((time, i) => (i % 5 < 3 ? time - 150 : time + 100))
    expect(rankChanges(outcome(NOW), [tried('a', 1, noise)])[0]).toMatchObject({ better: false, best: false })
    expect(
      named(
        rankChanges(outcome(NOW), [
          tried(
            'a',
            1,
            NOW.map(time => time - 90),
          ),
        ]),
      ),
    ).toEqual(['a'])
    // Three runs are too few for that.
    expect(named(rankChanges(outcome([400, 500, 600]), [tried('a', 1, [1, 2, 3])]))).toEqual([])
  })

  test('is the simplest of those among which chance decides', () => {
    const one = NOW.map(() => 100)
    const two = NOW.map((_, i) => (i % 2 ? 90 : 105))
    const three = NOW.map(() => 20)
    const changes = [tried('a', 1, one), tried('a, b', 2, two)]
    expect(named(rankChanges(outcome(NOW), changes))).toEqual(['a'])
    expect(named(rankChanges(outcome(NOW), [...changes, tried('a, b, c', 3, three)]))).toEqual(['a, b, c'])
  })

  test('is one edit that two cannot be told from, also where three are better than one', () => {
    const one = NOW.map(() => 100)
    // Of ten runs sooner in seven: it may be chance. Three are sooner in each than one, and in seven than two.
    const two = NOW.map((_, i) => (i < 7 ? 98 : 101))
    const three = NOW.map((_, i) => (i < 7 ? 90 : 99))
    const shuffled = three.map((time, i) => (i < 3 ? 99 : time))
    const ranked = rankChanges(outcome(NOW), [
      tried('a', 1, one),
      tried('a, b', 2, two),
      tried('a, b, c', 3, shuffled),
    ])
    expect(named(ranked)).toEqual(['a'])
    expect(ranked.filter(({ beyondBest }) => beyondBest).map(({ name }) => name)).toEqual(['a, b, c'])
  })

  test('is not what is sooner and sometimes never comes', () => {
    const risky = NOW.map((_, i) => (i === 0 ? NEVER : 10))
    expect(named(rankChanges(outcome(NOW), [tried('a', 1, risky)]))).toEqual([])
  })

  test('is what makes somebody correct the clock, also where the pause does it no harm', () => {
    const unhurt = NOW.map(() => 0)
    const changes = [tried('a', 1, unhurt, false), tried('b', 1, unhurt)]
    expect(named(rankChanges(outcome(unhurt, false), changes))).toEqual(['b'])
  })
})

test('what was interrupted is weighed by the seeds that both have: an edit that changes nothing stays none', () => {
  const scores = [1, 2, 3].map(timeTo10ms => ({ timeTo10ms, worst: 1, exited: false }) as Score)
  const change = { kind: 'edit', name: 'a', how: '', size: 1, player: { kind: 'none', name: 'a' } } as const
  const now = { scores, corrects: true }
  expect(effective(now, [{ change, scores: scores.slice(0, 1), corrects: true }])).toEqual([])
  const other = [{ ...scores[0]!, worst: 2 }]
  expect(effective(now, [{ change, scores: other, corrects: true }])).toHaveLength(1)
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
