/**
 * What a pause would do to the clock of a machine: the daemon that keeps it is played in the lab with the configuration that
 * is there, once more as it would be when the remedy is in its files, and where a plan changes more of them, as that alone would leave
 * them. A few runs are enough to say "minutes" or "hours". Those of what is there and of what a plan would leave are waited for: what
 * is found, and the numbers that are told of it, are of all of them. Of the remedy nothing is told where a slow machine has no time for
 * it; the time that counts is the processor's, and not what others take of it meanwhile: else what is told would depend on how busy
 * this machine is.
 */
import type { FileRead, Files } from '#core/guest/files.ts'
import { filesOver } from '#core/guest/files-over.ts'
import type { Inventory, TimeDaemon } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '#diagnosis/finding.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import { isOfAnother } from '#diagnosis/machine/restart-due.ts'
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
import { withoutFlag } from '#lab/forecast/edits/source-flag.ts'
import { storyOf, trialOf } from '#lab/forecast/forecast.ts'
import { networksOf } from '#lab/forecast/network.ts'
import { keepsDriftFile } from '#lab/players/drift-file.ts'
import { longestPoll } from '#lab/players/longest-poll.ts'
import { playerOfMachine } from '#lab/players/of-machine.ts'
import type { PlayerSpec } from '#lab/players/player.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
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
  /** Of the processor. What takes more than what decides and this is not waited for: an emulated machine plays slowly. */
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
    daemon && asks && isGuest(inventory) && !lacksConfiguration(daemon) && !lacksSources(daemon)
      ? playerOf(daemon, daemon.commandLine, linted)
      : undefined
  if (!daemon || !player) return { prospect: undefined, late: false }
  const guest = { networks: networksOf(player), driftfile: keepsDriftFile(player) }
  const story = storyOf({ pause, uptime: UPTIME, ...guest }, longestPoll(player))
  const remedy = pauseRemedy(daemon, linted, pause)
  const mended = remedy.actions.length > 0 ? mend(machine, daemon, remedy.actions) : undefined
  const otherwise = mended && mend(machine, daemon, [])
  const begun = process.cpuUsage()
  const [now, alone] = await recoveriesOf(otherwise ? [player, otherwise] : [player], { story, signal })
  if (!now || (otherwise && !alone)) return { prospect: undefined, late: true }
  const left = within - spentSince(begun)
  const [then] = mended && left > 0 ? await recoveriesOf([mended], { story, signal, within: left }) : []
  const late = mended !== undefined && then === undefined
  const best =
    then && (isWorse(now, then) || (alone && isWorse(alone, now) && isWorse(alone, then)))
      ? { ...then, ...remedy }
      : undefined
  return {
    prospect: {
      model: daemon.version ? `${daemon.name} ${daemon.version.value}` : daemon.name,
      pause,
      now,
      best,
      ...(alone && { otherwise: alone }),
      keptFromStepping: linted.some(finding => keepsFromStepping(finding) && isOf(daemon, finding)),
      remedy: best || (mended && !then) ? remedy : undefined,
    },
    late,
  }
}

interface Limits {
  readonly story: Scenario
  readonly signal: AbortSignal
  /** Of the processor; absent: all that they need. */
  readonly within?: Seconds
}

/** Of each player; undefined where one of his runs was not done in time. */
async function recoveriesOf(
  players: readonly PlayerSpec[],
  { story, signal, within = Number.POSITIVE_INFINITY }: Limits,
): Promise<readonly (Recovery | undefined)[]> {
  const trial = trialOf(
    story,
    players.map(player => ({ player, runs: RUNS })),
  )
  const enough = new AbortController()
  const begun = process.cpuUsage()
  const stopInTime = () => {
    if (spentSince(begun) >= within) enough.abort()
  }
  const timer = setInterval(stopInTime, LOOK_EVERY * 1e3)
  await playAll(trial.jobs, {
    signal: AbortSignal.any([signal, enough.signal, AbortSignal.timeout(PATIENCE * 1e3)]),
    done(index, { score }) {
      trial.take(index, score)
      stopInTime()
    },
  })
  clearInterval(timer)
  return players.map((_, i) => recoveryOf(trial.scores(i)))
}

/** Of the processor. */
function spentSince(begun: NodeJS.CpuUsage): Seconds {
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1e6
}

const SLOW: Reason = { finding: 'slow-after-a-pause', text: '' }

/** The same daemon, as it would be started when these and all else that a plan mends are in its files. Undefined when nothing in them would change. */
function mend(
  { files, inventory, linted, chosen, content }: Foreseen,
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
  if (!after) return undefined
  const starts = isOfAnother(after) ? undefined : after.unit?.starts
  return playerOf(after, starts ?? after.commandLine, linted)
}

function fileOf(latin1: string): FileRead {
  const bytes = Buffer.from(latin1, 'latin1')
  return { kind: 'read', bytes, text: bytes.toString('utf8') }
}

function recoveryOf(scores: readonly Score[]): Recovery | undefined {
  if (scores.length < RUNS) return undefined
  const { runs, timeTo10ms, exits } = summarise(scores)
  return { median: timeTo10ms.never > runs / 2 ? Number.POSITIVE_INFINITY : timeTo10ms.median, exits, runs }
}

/** Undefined for daemons that the lab does not play, and for those of whose configuration not all is known. */
function playerOf(
  daemon: TimeDaemon,
  commandLine: TimeDaemon['commandLine'],
  linted: readonly Finding[],
): PlayerSpec | undefined {
  if (daemon.unreadable.length > 0 || hasReferenceClock(daemon.configuration)) return undefined
  const player = playerOfMachine({ ...daemon, commandLine })
  return player && isPutOnline(linted) ? online(player) : player
}

/** By scripts of the network, as some distributions have it (`offline` behind each server). */
const isPutOnline = (linted: readonly Finding[]): boolean =>
  linted.every(({ name, severity }) => name !== 'sources-unusable' || severity === 'note')

const online = (player: PlayerSpec): PlayerSpec =>
  player.kind === 'chronyd' && player.config !== undefined
    ? { ...player, config: withoutFlag(player.config, 'offline') }
    : player

/** The lab has no clock of a host, or of a satellite, by which a guest would notice at once. */
const hasReferenceClock = (configuration: TimeDaemon['configuration']): boolean =>
  configuration.some(({ text }) =>
    /^\s*(?:refclock\s(?!.*\snoselect\b)|(?:server|peer)\s+127\.127\.(?!1\.))/im.test(text),
  )
