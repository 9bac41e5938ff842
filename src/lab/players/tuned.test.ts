import * as v from 'valibot'
import { expect, test } from 'vitest'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { checkTogether } from '../scenario/check.ts'
import { scenarioSchema } from '../scenario/schema.ts'
import { KNOWN_PLAYERS } from './known.ts'
import { playersOf } from './of-scenario.ts'
import { settingsOf, type Tuning, tunedPlayer } from './tuned.ts'

const ADDRESSES = ['192.0.2.1', '192.0.2.2']
const tuned = (use: string, tuning: Tuning, name = use) =>
  tunedPlayer(use, tuning, { name, addresses: ADDRESSES })
const storyOf = (player: ReturnType<typeof tuned>) =>
  v.parse(scenarioSchema, {
    title: 'A test',
    about: 'Of players.',
    duration: 60,
    server: ADDRESSES.map(address => ({ address })),
    player: [player],
  })

test('who is left as he is, is named', () => {
  expect(tuned('chrony-debian', {})).toEqual({ use: 'chrony-debian' })
  expect(tuned('ntpd-4.2.8', { slew: undefined }, 'mine')).toEqual({ use: 'ntpd-4.2.8', name: 'mine' })
  // A setting that is none of his changes nothing.
  expect(tuned('clockwright', { slew: true })).toEqual({ use: 'clockwright' })
})

test('ntpd: options and lines', () => {
  const player = tuned('ntpd-4.2.6', { slew: true, polls: [4, 6], stepout: 10, panic: 0, maxdist: 16 })
  expect(player).toMatchObject({ daemon: 'ntpd-4.2.6p5', options: '-g -x' })
  expect(player.config?.split('\n')).toEqual([
    'server 192.0.2.1 iburst minpoll 4 maxpoll 6',
    'server 192.0.2.2 iburst minpoll 4 maxpoll 6',
    'tinker stepout 10',
    'tinker panic 0',
    'tos maxdist 16',
    '',
  ])
  expect(tuned('ntpsec', { forgiving: false })).toMatchObject({ daemon: 'ntpsec-1.2.2', options: '-n' })
})

test('chronyd: another makestep, or none', () => {
  expect(tuned('chrony-rhel', { makestep: [0.1, -1] }).config).toContain('\nmakestep 0.1 -1\nrtcsync\n')
  expect(tuned('chrony-rhel', { makestep: 'never' }).config).not.toContain('makestep')
  expect(tuned('chrony-debian', { polls: [5, 7] }).config).toContain('\nmakestep 1 3\n')
})

const ALL: Required<Tuning> = {
  polls: [5, 8],
  forgiving: false,
  slew: true,
  step: 0.5,
  stepout: 300,
  panic: 0,
  maxdist: 16,
  makestep: [0.1, -1],
}

test.each(Object.keys(KNOWN_PLAYERS))('%s: each of its settings is played as it was set', use => {
  for (const key of settingsOf(use)) {
    const story = storyOf(tuned(use, { [key]: ALL[key] }))
    expect(checkTogether(story)).toEqual([])
    const [player] = playersOf(story)
    const [untouched] = playersOf(storyOf(tuned(use, {})))
    expect(player!.kind).toBe(untouched!.kind)
    expect({ ...player, name: '' }).not.toEqual({ ...untouched, name: '' })
    if (player?.kind === 'ntpd') expect(parseConf(player.config!, '').notUnderstood).toEqual([])
  }
})
