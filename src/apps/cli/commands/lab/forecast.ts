/** `clockwright lab forecast`: how long a pause will leave this clock wrong, and what would help. */

import type { Seconds } from '#core/time/units.ts'
import { changesFor } from '#lab/forecast/changes.ts'
import {
  assumedOf,
  effective,
  hasCorrected,
  judgedBefore,
  type Outcome,
  prospectOf,
  rankChanges,
  storyOf,
  trialOf,
  uncorrected,
} from '#lab/forecast/forecast.ts'
import { assumedOfNetworks, assumedOfNumber, type Network, networksOf } from '#lab/forecast/network.ts'
import { configuredPlayer } from '#lab/players/configured.ts'
import { daemonKind, isDaemon, KNOWN_DAEMONS, otherVersion, whyNotWith } from '#lab/players/daemon-name.ts'
import { keepsDriftFile } from '#lab/players/drift-file.ts'
import { KNOWN_PLAYERS, knownPlayer } from '#lab/players/known.ts'
import { longestPoll } from '#lab/players/longest-poll.ts'
import { namesNobody, type PlayerSpec } from '#lab/players/player.ts'
import { storyFor } from '#lab/players/story-for.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import { type Forecast, forecastText, type Interrupted } from '#report/lab/forecast.ts'
import { plural } from '#report/words/say.ts'
import { findOwnDaemon } from '../../../lab/own-daemon.ts'
import { playAll } from '../../../lab/pool.ts'
import { readConfigurationOf } from '../../../lab/read-configuration.ts'
import { INTERRUPTED, Watch } from '../../../lab/watch.ts'
import { Complaint } from '../../complain.ts'
import { printJson, styler } from '../../print.ts'

interface Options {
  readonly pause: number
  readonly config?: string
  readonly daemon?: string
  readonly options?: string
  readonly uptime: number
  readonly network?: Network
  /** How often each is played, where somebody says it. */
  readonly seeds?: number
  readonly json?: boolean
}

const USUAL_RUNS = 24
/** Of so long a story each run costs seconds: enough of them to tell what is better in each. */
const LONG: Seconds = 4 * 86_400
const RUNS_OF_LONG = 8

export async function forecast(options: Options): Promise<void> {
  const { pause, uptime } = options
  const { player, networks, assumed } = whomToForecast(options)
  // A change of it, or another daemon, lives on the same host.
  const question = { pause, uptime, networks, driftfile: keepsDriftFile(player) }
  const story = judgedBefore(storyFor(player, storyOf(question, longestPoll(player))), uptime)
  const changes = changesFor(player, pause)
  // All with the same seeds: with others, the phase of the pause alone would make a difference.
  const players = [player, ...changes.map(change => change.player)]
  const few = options.seeds === undefined && story.duration > LONG
  const seeds = options.seeds ?? (few ? RUNS_OF_LONG : USUAL_RUNS)
  const { now, others, interrupted } = await outcomesOf(players, {
    story,
    seeds,
    unpaused: uncorrected(question),
  })
  const tried = changes.flatMap((change, i) => (others[i] ? [{ change, ...others[i] }] : []))
  const answer: Forecast = {
    model: modelOf(player),
    config: options.config,
    ...question,
    assumed: [
      ...assumed,
      assumedOf(question),
      ...(few
        ? [`A story of weeks is played ${seeds} times; --seeds ${USUAL_RUNS} takes longer and tells more.`]
        : []),
    ],
    now: prospectOf(now),
    changes: rankChanges(now, effective(now, tried)),
    editsTried: tried.some(({ change }) => change.kind === 'edit'),
    interrupted,
  }
  if (interrupted) process.exitCode = INTERRUPTED
  if (options.json) return printJson(forPrograms(answer))
  const columns = Math.max(60, Math.min(110, process.stdout.columns ?? 100))
  process.stdout.write(forecastText(answer, styler(), columns))
}

interface Stories {
  readonly story: Scenario
  readonly seeds: number
  /** Played once with each: does anybody correct the clock? */
  readonly unpaused: Scenario
}

interface Played {
  readonly now: Outcome
  /** Undefined where nothing is known yet. */
  readonly others: readonly (Outcome | undefined)[]
  readonly interrupted: Interrupted | undefined
}

async function outcomesOf(
  players: readonly PlayerSpec[],
  { story, seeds, unpaused }: Stories,
): Promise<Played> {
  const trial = trialOf(
    story,
    players.map(player => ({ player, runs: seeds })),
  )
  const asked = players.map(player => ({ scenario: unpaused, player, seed: 1 }))
  const corrected: boolean[] = []
  const jobs = [...asked, ...trial.jobs]
  const watch = new Watch(jobs.length)
  try {
    await playAll(jobs, {
      signal: watch.signal,
      isNeedless: job => job >= asked.length && trial.isNeedless(job - asked.length),
      done(job, { score }) {
        if (job < asked.length) corrected[job] = hasCorrected(score)
        else trial.take(job - asked.length, score)
        watch.done()
      },
    })
  } finally {
    watch.close()
  }
  const [now, ...others] = players.map((_, i): Outcome | undefined => {
    const [scores, corrects] = [trial.scores(i), corrected[i]]
    return scores.length === 0 || corrects === undefined ? undefined : { scores, corrects }
  })
  if (!now) watch.throwIfInterrupted()
  return { now: now!, others, interrupted: watch.interrupted }
}

const forPrograms = ({ model, config, now, changes, editsTried: _, networks, ...conditions }: Forecast) => ({
  model,
  config,
  ...now,
  changes,
  ...conditions,
  network: networks.every(network => network === networks[0]) ? networks[0] : 'both',
  servers: networks.length,
})

interface Asked {
  readonly player: PlayerSpec
  /** Where each server of the story is. */
  readonly networks: readonly Network[]
  readonly assumed: readonly string[]
}

/** By what is said on the command line, and where nothing is said, by what this machine runs. */
function whomToForecast(options: Options): Asked {
  const said = options.daemon !== undefined || options.config !== undefined
  const own = said ? undefined : findOwnDaemon()
  if (!said && !own)
    throw new Complaint(
      'no daemon that can be played runs here, and neither ntpd nor chronyd has a configuration; say --config FILE, or --daemon chrony',
    )
  const daemon = options.daemon ?? own?.daemon
  const config = options.config ?? own?.config
  const assumed = own ? [own.evidence] : []
  if (config === undefined) return allowed(withoutConfig(daemon!, options, assumed), options)
  if (daemon !== undefined && !isDaemon(daemon)) throw new Complaint(unknownDaemon(daemon))
  const configured = configuredPlayer({
    name: config,
    ...readConfigurationOf(config, { daemon, options: options.options ?? own?.options }),
  })
  if (!configured) throw new Complaint(`${config}: whose is it? Say --daemon`)
  // Nobody broadcasts in the story.
  if (namesNobody(configured.player, { server: [] }))
    throw new Complaint(`${config}: ${configured.namesNobody}`)
  const { player, notes } = configured
  const { network } = options
  const networks = networksOf(player)
  const asked = {
    player,
    networks: network === undefined ? networks : networks.map(() => network),
    assumed: [
      ...assumed,
      ...notes.map(note => `${sentence(note)}.`),
      ...assumedOfNumber(player),
      ...(network === undefined ? [assumedOfNetworks(networks)] : []),
    ],
  }
  return allowed(asked, options)
}

function allowed(asked: Asked, { options }: Options): Asked {
  const idle = options === undefined ? undefined : whyNotWith(asked.player.kind, options)
  if (idle !== undefined) throw new Complaint(`--options ${options}: ${idle}`)
  return asked
}

/** A name says enough: the configuration is then the usual one. */
function withoutConfig(
  daemon: string,
  { options, network = 'lan' }: Options,
  assumed: readonly string[],
): Asked {
  const name = KNOWN_PLAYERS[daemon] ? daemon : (daemonKind(daemon) ?? daemon)
  // It follows nobody with fewer.
  const servers = name === 'ntpd-rs' ? 4 : 1
  const networks = Array.from({ length: servers }, () => network)
  const known = knownPlayer(
    name,
    Array.from({ length: servers }, (_, i) => `192.0.2.${i + 1}`),
  )
  const usual = [...assumed, `No configuration was given: ${plural(servers, 'server')}, iburst.`]
  if (known?.kind === 'ntpd' && options !== undefined) {
    const { name, version, config = '' } = known
    const written = version.startsWith('ntpsec') ? version : `ntpd-${version}`
    return saidOf({ name, daemon: written, options, text: config }, networks, usual)
  }
  const other = otherVersion(daemon)
  if (known)
    return { player: known, networks, assumed: [...(other ? [`${sentence(other)}.`] : []), ...usual] }
  if (!isDaemon(daemon)) throw new Complaint(unknownDaemon(daemon))
  const lines = daemon.startsWith('chrony') ? '\nmakestep 1 3' : ''
  const text = `server 192.0.2.1 iburst${lines}`
  return saidOf({ name: daemon, daemon, options, text }, networks, usual)
}

function saidOf(
  said: Parameters<typeof configuredPlayer>[0],
  networks: readonly Network[],
  assumed: readonly string[],
): Asked {
  const { player, notes } = configuredPlayer(said)!
  return { player, networks, assumed: [...notes.map(note => `${sentence(note)}.`), ...assumed] }
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`

const unknownDaemon = (daemon: string): string =>
  `${daemon} is no daemon that is known here: ${KNOWN_DAEMONS}`

function modelOf(player: PlayerSpec): string {
  switch (player.kind) {
    case 'ntpd': {
      const version = player.version.startsWith('ntpsec') ? player.version : `ntpd ${player.version}`
      return `${version} ${player.options}`.trim()
    }
    case 'chronyd':
      return 'chronyd'
    default:
      return player.kind
  }
}
