/**
 * What a pause would do to the clock of a machine: the daemon that keeps it is played in the lab with the configuration that
 * is there, and once more with the best change of it. A few runs are enough to say "minutes" or "hours".
 */
import type { Inventory } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import { isGuest, type PauseProspect, type Recovery, settingDaemons } from '#diagnosis/machine/subject.ts'
import { changesFor } from '#lab/forecast/changes.ts'
import {
  type Prospect,
  prospectOf,
  rankChanges,
  serversFor,
  storyOf,
  trialOf,
} from '#lab/forecast/forecast.ts'
import { playerOfMachine } from '#lab/players/of-machine.ts'
import { playAll } from '../lab/pool.ts'

const RUNS = 4
const RUNS_OF_A_CHANGE = 2
/** A daemon that has run for some hours asks as seldom as it will. */
const UPTIME: Seconds = 4 * 3600

export interface Foreseeing {
  readonly pause: Seconds
  /** What takes longer is not waited for: an emulated machine plays slowly. */
  readonly within: Seconds
  readonly signal: AbortSignal
}

/** Undefined when the lab does not play this daemon. */
export async function foresee(
  inventory: Inventory,
  { pause, within, signal }: Foreseeing,
): Promise<PauseProspect | 'late' | undefined> {
  const daemon = settingDaemons(inventory)[0]
  const player = daemon && isGuest(inventory) ? playerOfMachine(daemon) : undefined
  if (!daemon || !player) return undefined
  const story = storyOf({ pause, uptime: UPTIME, network: 'lan', servers: serversFor(player) })
  const changes = changesFor(player, pause).filter(({ kind }) => kind === 'edit')
  // The last of them is all edits together.
  const best = changes.at(-1)
  const players = [{ player, runs: RUNS }, ...(best ? [{ player: best.player, runs: RUNS_OF_A_CHANGE }] : [])]
  const trial = trialOf(story, players)
  await playAll(trial.jobs, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(within * 1e3)]),
    done: (job, { score }) => trial.take(job, score),
  })
  if (!trial.complete) return 'late'
  const [changed] = best ? rankChanges([{ change: best, scores: trial.scores(1) }]) : []
  return {
    model: daemon.version ? `${daemon.name} ${daemon.version.value}` : daemon.name,
    pause,
    now: recoveryOf(prospectOf(trial.scores(0))),
    best: changed && { ...recoveryOf(changed), how: changed.how },
  }
}

const recoveryOf = ({ runs, timeTo10ms, exits }: Prospect): Recovery => ({
  median: timeTo10ms.never > runs / 2 ? Number.POSITIVE_INFINITY : timeTo10ms.median,
  exits,
  runs,
})
