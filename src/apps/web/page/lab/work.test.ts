import * as v from 'valibot'
import { expect, test } from 'vitest'
import { play } from '#lab/play.ts'
import { playersOf } from '#lab/players/of-scenario.ts'
import { checkTogether } from '#lab/scenario/check.ts'
import { scenarioSchema } from '#lab/scenario/schema.ts'
import { summarise } from '#lab/summary.ts'
import type { Course, FromWorker, Order } from './messages.ts'
import { playable, work } from './work.ts'

const scenario = v.parse(scenarioSchema, {
  title: 'A test',
  about: 'A pause.',
  duration: '2h',
  phase: '64s',
  server: [{ address: '192.0.2.1', delay: '1ms', jitter: '100us' }],
  event: [{ kind: 'pause', at: '1h', length: '5s' }],
  player: [
    { use: 'chrony-debian' },
    { daemon: 'ntpd-4.2.8p15', options: '-g', config: 'server a\nfrobnicate\n' },
    { name: 'nobody to ask', daemon: 'chrony', config: 'makestep 1 3\n' },
  ],
})
const order = (more: Partial<Order> = {}): Order => ({
  id: 7,
  scenario,
  lanes: [0],
  watch: undefined,
  stretches: 100,
  seeds: 3,
  ...more,
})
/** Each look at it is so much later. */
const stopwatch = (step: number) => {
  let now = 0
  return () => (now += step)
}
const told = (each: Order, step = 0.01): FromWorker[] =>
  [...work(each, each.lanes, stopwatch(step))].filter(message => message !== undefined)
const courses = (messages: readonly FromWorker[]): Course[] =>
  messages.filter(message => message.kind === 'course')

test('servers that the story does not have, and too few that agree, are told of everybody', () => {
  const player = [{ use: 'ntpd-rs' }, { daemon: 'chrony', config: 'pool a.example\n' }]
  const rs = { ...scenario, player }
  const [known, pasted] = courses(told(order({ scenario: rs, lanes: [0, 1], seeds: 1 })))
  expect(known!.fewServers).toEqual([expect.stringContaining('follows nobody unless 3 agree')])
  expect(pasted!.fewServers).toEqual([expect.stringContaining('it asks 4 servers, and this story has 1')])
})

test('first the course, then figures of one seed after the other: those of the command', () => {
  const messages = told(order())
  expect(messages.map(({ kind }) => kind)).toEqual(['course', 'figures', 'figures', 'figures'])
  const [player] = playersOf(scenario)
  const scores = [1, 2, 3].map(seed => play({ scenario, player: player!, seed }).score)
  expect(messages.at(-1)).toMatchObject({ order: 7, lane: 0, name: 'chrony-debian' })
  expect(messages.at(-1)).toHaveProperty('summary', summarise(scores))
})

test('what takes long is shown before its end, and each look shows more', () => {
  const looks = courses(told(order({ seeds: 1 }), 10))
  expect(looks.length).toBeGreaterThan(3)
  expect(looks.map(({ whole }) => whole)).toEqual([...looks.slice(1).map(() => false), true])
  const lengths = looks.map(({ curve }) => curve.at.length)
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  expect(lengths.at(-1)).toBe(100)
  // A part looks as it will in the whole.
  const [first, last] = [looks[1]!, looks.at(-1)!]
  expect(first.span).toEqual(last.span)
  expect(first.curve.at.at(-1)).toBeLessThan(last.curve.at.at(-1)!)
})

test('it gives the worker a moment to listen between two pieces', () => {
  const answers = [...work(order({ seeds: 1 }), [0], stopwatch(3))]
  expect(answers.filter(answer => answer === undefined).length).toBeGreaterThan(20)
})

test('a part of the story begins a little before what happens in it', () => {
  const [course] = courses(told(order({ watch: 600, seeds: 1 })))
  const [pause] = course!.curve.marks
  expect(course!.span).toEqual([Math.floor(pause!.at - 30), pause!.until! + 600])
  expect(course!.curve.at[0]).toBeGreaterThanOrEqual(course!.span[0])
  expect(course!.curve.bound.every(bound => bound > 0)).toBe(true)
})

test('what cannot be played of a configuration is said; one that can ask nobody is refused', () => {
  const messages = told(order({ lanes: [1, 2], seeds: 1 }))
  expect(courses(messages)).toMatchObject([{ lane: 1, notes: [expect.stringMatching(/^line 2: /)] }])
  expect(messages.filter(({ kind }) => kind === 'refused')).toMatchObject([
    { lane: 2, why: expect.stringContaining('no server') },
  ])
})

test('a daemon that does not start is told of by itself, and once', () => {
  const [, known] = scenario.player
  const player = [{ ...known!, name: 'mine', daemon: 'chrony', config: 'server a iburst # ours\nrtcsync\n' }]
  const [course] = courses(told(order({ scenario: { ...scenario, player }, lanes: [0], seeds: 1 })))
  expect(course!.unstarted).toMatch(/^chronyd does not start with line 1/)
  expect(course!.notes).toEqual([expect.stringMatching(/^line 1: /)])
})

test('of a configuration that could be of several daemons it is said; not of one that tells whose it is', () => {
  const [, known] = scenario.player
  const player = ['server a iburst\n', 'server a iburst\nmakestep 1 3\n'].map(config => ({
    ...known!,
    name: 'mine',
    config,
  }))
  const [bare, telling] = courses(told(order({ scenario: { ...scenario, player }, lanes: [0, 1], seeds: 1 })))
  expect([bare!.ambiguous, telling!.ambiguous]).toEqual([true, false])
})

test('what is saved is what the command plays: whoever names nobody is not in it', () => {
  expect(checkTogether(scenario)).not.toEqual([])
  const saved = playable(scenario)
  expect(checkTogether(saved)).toEqual([])
  expect(saved.player).toEqual(scenario.player.slice(0, 2))
})
