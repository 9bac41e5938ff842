/**
 * What a pause would do to the clock of a machine: the daemon that keeps it is played in the lab with the configuration that
 * is there, once more as it would be when the remedy is in its files, and where a plan changes more of them, as that alone would leave
 * them. A few runs are enough to say "minutes" or "hours". The
 * first is waited for, and it alone decides what is found. Numbers are of all runs, or where a slow machine had no time for them of
 * the first alone; the time that counts is the processor's, and not what others take of it meanwhile: else what is told would depend
 * on how busy this machine is.
 */
import type { FileRead, Files } from '#core/guest/files.ts'
import { filesOver } from '#core/guest/files-over.ts'
import type { Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '#diagnosis/finding.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import {
  isGuest,
  isWorse,
  lacksConfiguration,
  lacksSources,
  type PauseProspect,
  type Recovery,
  settingDaemons,
} from '#diagnosis/machine/subject.ts'
import type { Action } from '#diagnosis/repair/action.ts'
import type { Ground } from '#diagnosis/repair/ground.ts'
import { isOf, keepsFromStepping, pauseRemedy } from '#diagnosis/repair/pause-remedy.ts'
import { actionsOf } from '#diagnosis/repair/plan.ts'
import { planFiles } from '#diagnosis/repair/plan-files.ts'
import type { Reason } from '#diagnosis/repair/step.ts'
import { serversFor, storyOf, trialOf } from '#lab/forecast/forecast.ts'
import type { Job } from '#lab/play.ts'
import { playerOfMachine } from '#lab/players/of-machine.ts'
import type { PlayerSpec } from '#lab/players/player.ts'
import type { Score } from '#lab/score.ts'
import { summarise } from '#lab/summary.ts'
import { playAll } from '../lab/pool.ts'

/** Of each, with the same seeds: what is forecast with the remedy is the forecast of the machine that has it. */
const RUNS = 3
/** Whoever has not come to the end of one run by then is not going to. */
const PATIENCE: Seconds = 20
const LOOK_EVERY: Seconds = 0.1
/** A daemon that has run for some hours asks as seldom as it will. */
const UPTIME: Seconds = 4 * 3600

export interface Foreseeing {
  readonly pause: Seconds
  /** Of the processor. What takes more than the first run and this is not waited for: an emulated machine plays slowly. */
  readonly within: Seconds
  readonly signal: AbortSignal
}

export interface Foreseen {
  readonly files: Files
  readonly inventory: Inventory
  /** What the linter found of its configuration. */
  readonly linted: readonly Finding[]
  /** What of that a plan would mend, besides. */
  readonly chosen: readonly Finding[]
  readonly content: Ground['content']
}

export interface Foresight {
  /** Undefined when the lab does not play this daemon, or not in time. */
  readonly prospect: PauseProspect | undefined
  /** Something of it is missing, because the machine was too slow. */
  readonly late: boolean
}

export async function foresee(machine: Foreseen, { pause, within, signal }: Foreseeing): Promise<Foresight> {
  const { inventory, linted } = machine
  const daemon = settingDaemons(inventory)[0]
  const asks = !linted.some(({ name }) => name === 'no-source')
  const player =
    daemon && asks && isGuest(inventory) && !lacksConfiguration(daemon) && !lacksSources(daemon, inventory)
      ? playerOf(daemon, daemon.commandLine)
      : undefined
  if (!daemon || !player) return { prospect: undefined, late: false }
  const story = storyOf({ pause, uptime: UPTIME, network: 'lan', servers: serversFor(player) })
  const remedy = pauseRemedy(daemon, linted, pause)
  const mended = remedy.actions.length > 0 ? mend(machine, daemon, remedy.actions) : undefined
  const otherwise = mended && mend(machine, daemon, [])
  const { jobs } = trialOf(story, [
    { player, runs: RUNS },
    ...(mended ? [{ player: mended, runs: RUNS }] : []),
    ...(otherwise ? [{ player: otherwise, runs: 1 }] : []),
  ])
  const deciding = [0, ...(otherwise ? [jobs.length - 1] : [])]
  const scores = await playInTime(jobs, { within, deciding, signal })
  const [first, left] = deciding.map(index => scores[index])
  if (!first || (otherwise && !left)) return { prospect: undefined, late: true }
  const late = scores.includes(undefined)
  const runsFrom = (at: number) =>
    recoveryOf(scores.slice(at, at + RUNS).filter(score => score !== undefined))
  const now = late ? recoveryOf([first]) : runsFrom(0)
  const then = late || !mended ? undefined : runsFrom(RUNS)
  const alone = left && otherwise && recoveryOf([left])
  const best =
    then && (isWorse(now, then) || (alone && isWorse(alone, recoveryOf([first])) && isWorse(alone, then)))
      ? { ...then, ...remedy }
      : undefined
  return {
    prospect: {
      model: daemon.version ? `${daemon.name} ${daemon.version.value}` : daemon.name,
      pause,
      decides: recoveryOf([first]),
      now,
      best,
      ...(alone && { otherwise: alone }),
      keptFromStepping: linted.some(finding => keepsFromStepping(finding) && isOf(daemon, finding)),
      remedy: best || (mended && !then) ? remedy : undefined,
    },
    late,
  }
}

interface InTime extends Foreseeing {
  /** These have all the time that they need. */
  readonly deciding: readonly number[]
}

/** The scores of those that were done in time, each at its place. */
async function playInTime(
  jobs: readonly Job[],
  { within, deciding, signal }: Omit<InTime, 'pause'>,
): Promise<readonly (Score | undefined)[]> {
  const scores: (Score | undefined)[] = jobs.map(() => undefined)
  const enough = new AbortController()
  const begun = process.cpuUsage()
  const stopInTime = () => {
    const { user, system } = process.cpuUsage(begun)
    if (deciding.every(index => scores[index]) && (user + system) / 1e6 >= within) enough.abort()
  }
  const timer = setInterval(stopInTime, LOOK_EVERY * 1e3)
  await playAll(jobs, {
    signal: AbortSignal.any([signal, enough.signal, AbortSignal.timeout(PATIENCE * 1e3)]),
    done(index, { score }) {
      scores[index] = score
      stopInTime()
    },
  })
  clearInterval(timer)
  return scores
}

const SLOW: Reason = { finding: 'slow-after-a-pause', text: '' }

/** The same daemon, as it would be started when these and all else that a plan mends are in its files. Undefined when nothing in them would change. */
function mend(
  { files, inventory, chosen, content }: Foreseen,
  { name }: TimeDaemon,
  actions: readonly Action[],
): PlayerSpec | undefined {
  const remedy = actions.map(action => ({ ...action, reason: SLOW }))
  const edits = [...remedy, ...chosen.flatMap(actionsOf)].filter(
    action => action.kind === 'edit' || action.kind === 'write-file',
  )
  const { steps } = planFiles(edits, [], inventory, { content, live: false, services: 'none' })
  if (steps.length === 0) return undefined
  const over = new Map(steps.map(({ change: { path, after = '' } }) => [path, fileOf(after)]))
  const after = takeInventory(filesOver(files, over)).daemons.find(each => each.name === name)
  return after && playerOf(after, after.unit?.starts ?? after.commandLine)
}

function fileOf(latin1: string): FileRead {
  const bytes = Buffer.from(latin1, 'latin1')
  return { kind: 'read', bytes, text: bytes.toString('utf8') }
}

function recoveryOf(scores: readonly Score[]): Recovery {
  const { runs, timeTo10ms, exits } = summarise(scores)
  return { median: timeTo10ms.never > runs / 2 ? Number.POSITIVE_INFINITY : timeTo10ms.median, exits, runs }
}

/** Undefined for daemons that the lab does not play, and for those of whose configuration not all is known. */
const playerOf = (daemon: TimeDaemon, commandLine: TimeDaemon['commandLine']): PlayerSpec | undefined =>
  daemon.unreadable.length > 0 || hasReferenceClock(daemon.configuration)
    ? undefined
    : playerOfMachine({ ...daemon, commandLine })

/** The lab has no clock of a host, or of a satellite, by which a guest would notice at once. */
const hasReferenceClock = (configuration: TimeDaemon['configuration']): boolean =>
  configuration.some(({ text }) =>
    /^\s*(?:refclock\s(?!.*\snoselect\b)|(?:server|peer)\s+127\.127\.(?!1\.))/im.test(text),
  )
