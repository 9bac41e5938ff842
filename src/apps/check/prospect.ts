/**
 * What a pause would do to the clock of a machine: the daemon that keeps it is played in the lab with the configuration that
 * is there, and once more with the best change of it. A few runs are enough to say "minutes" or "hours". The first is waited
 * for, and it alone decides what is found: else the verdict would depend on how busy this machine is.
 */
import type { Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import {
  isGuest,
  lacksConfiguration,
  type PauseProspect,
  type Recovery,
  settingDaemons,
} from '#diagnosis/machine/subject.ts'
import { changesFor } from '#lab/forecast/changes.ts'
import {
  type Prospect,
  prospectOf,
  rankChanges,
  serversFor,
  storyOf,
  trialOf,
} from '#lab/forecast/forecast.ts'
import type { Trial } from '#lab/forecast/trial.ts'
import { playerOfMachine } from '#lab/players/of-machine.ts'
import type { Score } from '#lab/score.ts'
import { playAll } from '../lab/pool.ts'

const RUNS = 4
const RUNS_OF_A_CHANGE = 2
/** Whoever has not come to the end of one run by then is not going to. */
const PATIENCE: Seconds = 20
/** A daemon that has run for some hours asks as seldom as it will. */
const UPTIME: Seconds = 4 * 3600

export interface Foreseeing {
  readonly pause: Seconds
  /** What takes longer than the first run and this is not waited for: an emulated machine plays slowly. */
  readonly within: Seconds
  readonly signal: AbortSignal
}

export interface Foreseen {
  /** Undefined when the lab does not play this daemon, or not in time. */
  readonly prospect: PauseProspect | undefined
  /** Something of it is missing, because the machine was too busy. */
  readonly late: boolean
}

export async function foresee(
  inventory: Inventory,
  { pause, within, signal }: Foreseeing,
): Promise<Foreseen> {
  const daemon = settingDaemons(inventory)[0]
  const player = daemon && isGuest(inventory) && isKnown(daemon) ? playerOfMachine(daemon) : undefined
  if (!daemon || !player) return { prospect: undefined, late: false }
  const story = storyOf({ pause, uptime: UPTIME, network: 'lan', servers: serversFor(player) })
  const changes = changesFor(player, pause).filter(({ kind }) => kind === 'edit')
  // The last of them is all edits together.
  const best = changes.at(-1)
  const trial = trialOf(story, [
    { player, runs: RUNS },
    ...(best ? [{ player: best.player, runs: RUNS_OF_A_CHANGE }] : []),
  ])
  const first = await playInTime(trial, within, signal)
  if (!first) return { prospect: undefined, late: true }
  const [changed] =
    best && trial.scores(1).length === RUNS_OF_A_CHANGE
      ? rankChanges([{ change: best, scores: trial.scores(1) }])
      : []
  return {
    prospect: {
      model: daemon.version ? `${daemon.name} ${daemon.version.value}` : daemon.name,
      pause,
      decides: recoveryOf(prospectOf([first])),
      now: recoveryOf(prospectOf(trial.scores(0))),
      best: changed && { ...recoveryOf(changed), how: changed.how },
      how: best?.how,
    },
    late: !trial.complete,
  }
}

/** Plays what can be played in time, but the first run, which has all the time that it needs, and whose score is returned. */
async function playInTime(trial: Trial, within: Seconds, signal: AbortSignal): Promise<Score | undefined> {
  const enough = new AbortController()
  let first: Score | undefined
  let late = false
  const timer = setTimeout(() => {
    late = true
    if (first) enough.abort()
  }, within * 1e3)
  await playAll(trial.jobs, {
    signal: AbortSignal.any([signal, enough.signal, AbortSignal.timeout(PATIENCE * 1e3)]),
    done(job, { score }) {
      trial.take(job, score)
      if (job === 0) first = score
      if (late && first) enough.abort()
    },
  })
  clearTimeout(timer)
  return first
}

/** The lab plays what is known: not a daemon of whose files not all could be read, or none was found. */
const isKnown = (daemon: TimeDaemon): boolean =>
  daemon.unreadable.length === 0 && !lacksConfiguration(daemon) && !hasReferenceClock(daemon.configuration)

/** The lab has no clock of a host, or of a satellite, by which a guest would notice at once. */
const hasReferenceClock = (configuration: TimeDaemon['configuration']): boolean =>
  configuration.some(({ text }) =>
    /^\s*(?:refclock\s(?!.*\snoselect\b)|(?:server|peer)\s+127\.127\.(?!1\.))/im.test(text),
  )

const recoveryOf = ({ runs, timeTo10ms, exits }: Prospect): Recovery => ({
  median: timeTo10ms.never > runs / 2 ? Number.POSITIVE_INFINITY : timeTo10ms.median,
  exits,
  runs,
})
