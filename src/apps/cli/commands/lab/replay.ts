/** `clockwright lab replay`: what was recorded, again, with others who keep the clock. */

import { duration, rate } from '#core/time/format.ts'
import { PPM } from '#core/time/units.ts'
import { knownPlayer } from '#lab/players/known.ts'
import { saidOfServers } from '#lab/players/servers-played.ts'
import { printScenario } from '#lab/scenario/print.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import { plural } from '#report/words/say.ts'
import { choosePlayers } from '../../../lab/player-argument.ts'
import { readRecording } from '../../../lab/recording.ts'
import { playAndShow, write } from './play.ts'

interface Options {
  readonly with?: readonly string[]
  readonly host?: string
  readonly seeds: number
  readonly json?: boolean
  readonly svg?: string
  readonly html?: string
  readonly write?: string
}

const USUAL = ['ntpd-4.2.8', 'chrony-debian']

export async function replay(paths: readonly string[], options: Options): Promise<void> {
  const { scenario, doubts, seen, notes: ofRecording, ours } = await readRecording(paths, options.host)
  const addresses = scenario.server.map(({ address }) => address)
  const { players, notes } = options.with
    ? chosen(options.with, scenario)
    : { players: [...ours, ...USUAL.map(name => knownPlayer(name, addresses)!)], notes: [] }
  if (options.write !== undefined) write(options.write, printScenario(scenario))
  const shown = `The recording: ${plural(seen.samples, 'sample')}, largest offset ${duration(seen.worst)}, RMS ${duration(seen.rms)}; the oscillator gains ${rate(scenario.guest.frequencyerror * PPM)}, wanders ${scenario.guest.wander.toPrecision(2)} ppm in a second`
  await playAndShow(
    { scenario, name: 'replay', path: paths.join(' ') },
    players,
    [
      shown,
      ...doubts,
      ...ofRecording,
      ...notes,
      ...players.flatMap(player => saidOfServers(player, scenario)),
    ],
    options,
    'columns',
  )
}

function chosen(written: readonly string[], scenario: Scenario) {
  const found = choosePlayers(written, scenario)
  return { players: found.map(({ player }) => player), notes: found.flatMap(({ notes }) => notes) }
}
