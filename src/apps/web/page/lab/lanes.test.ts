import { parse } from 'smol-toml'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { checkTogether } from '#lab/scenario/check.ts'
import { printScenario } from '#lab/scenario/print.ts'
import { scenarioSchema } from '#lab/scenario/schema.ts'
import { commandFor, seedsFor } from './command.ts'
import { lanesOf, rehearsed } from './lanes.ts'
import { type Lane, USUAL_SETUP } from './setup.ts'

const story = v.parse(scenarioSchema, {
  title: 'A test',
  about: 'A pause.',
  duration: '2h',
  server: [{ address: '192.0.2.1' }, { address: '192.0.2.2' }],
  event: [{ kind: 'pause', at: '1h', length: '5s' }],
  player: [{ use: 'ntpsec' }, { name: 'as found', daemon: 'chrony', config: 'server a\n' }],
})
const known = (use: string, tuning = {}): Lane => ({ kind: 'known', use, tuning })

test('who plays when nothing is said: whom the story names, else the usual three', () => {
  expect(lanesOf(story)).toEqual([known('ntpsec'), { kind: 'told', place: 1 }])
  expect(lanesOf({ ...story, player: [] })).toHaveLength(3)
})

test('what is set up is a scenario that is right, and stays itself as a file', () => {
  const lanes: Lane[] = [
    { kind: 'told', place: 1 },
    known('ntpd-4.2.8', { slew: true, polls: [4, 6] }),
    known('ntpd-4.2.8', { slew: true, polls: [4, 6] }),
    known('clockwright'),
    known('nobody-known'),
    { kind: 'file', name: 'my\nntp.conf', daemon: 'ntpd-4.2.6p5', options: ' ', text: 'server 192.0.2.9\n' },
  ]
  const scenario = rehearsed(story, { ...USUAL_SETUP, turned: { pause: 30, jitter: 1e-3 }, lanes })
  expect(scenario.player.map(({ name, use }) => name ?? use)).toEqual([
    'as found',
    'ntpd-4.2.8 -x polls 4 to 6',
    'ntpd-4.2.8 -x polls 4 to 6 (2)',
    'clockwright',
    'myntp.conf',
  ])
  expect(scenario.event).toMatchObject([{ length: 30 }])
  expect(scenario.server.map(({ jitter }) => jitter)).toEqual([1e-3, 1e-3])
  expect(checkTogether(scenario)).toEqual([])
  expect(v.parse(scenarioSchema, parse(printScenario(scenario)))).toEqual(
    JSON.parse(JSON.stringify(scenario)),
  )
})

test('a command says the same, in the shortest way there is', () => {
  const of = { story: 'pause-30s', turned: {}, chosen: undefined, seeds: seedsFor(86_400) }
  expect(commandFor(of)).toBe('clockwright lab run pause-30s')
  expect(commandFor({ ...of, chosen: [known('none'), known('ntpsec', { slew: undefined })] })).toBe(
    'clockwright lab compare pause-30s --with none --with ntpsec',
  )
  expect(commandFor({ ...of, story: 'weekly-backup', seeds: seedsFor(28 * 86_400) })).toBe(
    'clockwright lab run weekly-backup --seeds 3',
  )
  for (const more of [
    { turned: { pause: 4 } },
    { chosen: [known('ntpsec', { slew: true })] },
    { chosen: [{ kind: 'told', place: 0 } as const] },
    { story: USUAL_SETUP.story },
  ])
    expect(commandFor({ ...of, ...more })).toBe('clockwright lab run rehearsal.toml')
})
