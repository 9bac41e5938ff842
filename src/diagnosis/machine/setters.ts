/** Who sets this clock? Every candidate, with what makes it one. */
import { UNREAD } from '#core/guest/files.ts'
import type { ClockSteps, Inventory, Place, TimeDaemon } from '#core/guest/inventory.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { repeatedJobs } from './jobs.ts'
import { activeDaemons, conflictOf, isPresumed, setsOnce } from './subject.ts'
import { followsHost, wallclockValue } from './wallclock.ts'

export interface Setter {
  readonly name: string
  /** `host-decides`: whether it does so again and again, or after events only, is set on the host. */
  readonly how:
    | 'all the time'
    | 'periodically'
    | 'now and then'
    | 'after-events'
    | 'when-asked'
    | 'at boot'
    | 'host-decides'
  /** `yes`: it runs. `may`: it is there, and would when it is started or asked. */
  readonly does: 'yes' | 'may'
  /** What the logs show of its steps: how many, how often, how large. */
  readonly stepped?: string
  readonly evidence: readonly Place[]
}

export function whoSetsTheClock(inventory: Inventory): Setter[] {
  const active = activeDaemons(inventory)
  const daemons = inventory.daemons
    .filter(daemon => daemon.setsTime?.value !== false)
    .map(
      (daemon): Setter => ({
        name: daemon.version ? `${daemon.name} ${daemon.version.value}` : daemon.name,
        how: setsOnce(daemon) ? 'at boot' : 'all the time',
        does: isAtWork(daemon, active) ? 'yes' : 'may',
        evidence: evidenceFor(daemon),
      }),
    )
  const tools = inventory.tools.flatMap((tool): Setter[] => {
    const how = tool.setsTime?.value ?? USUALLY[tool.name]
    if (how === undefined || how === 'no') return []
    const evidence = [tool.setsTime, tool.runs, tool.installed].flatMap(fact => fact?.evidence ?? [])
    return [
      {
        name: tool.name,
        how,
        does: (tool.runs?.value ?? (tool.enabled?.value && tool.setsTime)) ? 'yes' : 'may',
        evidence,
      },
    ]
  })
  const { shutOut } = repeatedJobs(inventory)
  const jobs = [...inventory.jobs, ...inventory.daemonJobs].map(
    (job): Setter => ({
      name: `${job.program} (${job.name})`,
      how: job.repeats ? 'periodically' : 'at boot',
      does: shutOut.includes(job) ? 'may' : 'yes',
      evidence: job.command.evidence,
    }),
  )
  const idle = inventory.idleJobs.map(
    ({ hindered, ...job }): Setter => ({
      name: `${job.program} (${job.name})`,
      how: job.repeats ? 'periodically' : 'at boot',
      does: 'may',
      evidence: [hindered, ...job.command.evidence],
    }),
  )
  return withSteps([...daemons, ...tools, ...jobs, ...idle, ...hostWallclock(inventory)], inventory).sort(
    (a, b) => Number(b.does === 'yes') - Number(a.does === 'yes'),
  )
}

const isAtWork = (daemon: TimeDaemon, active: readonly TimeDaemon[]): boolean =>
  setsOnce(daemon)
    ? daemon.enabled?.value === true
    : active.includes(daemon) && !isPresumed(daemon) && !mayLose(daemon, active)

/** Another is started that its unit excludes, and nobody saw which of them is left. */
const mayLose = (daemon: TimeDaemon, active: readonly TimeDaemon[]): boolean =>
  !daemon.runs?.value &&
  active.some(other => other !== daemon && other.setsTime?.value !== false && conflictOf(daemon, other))

/** What tools do where nobody has asked them. */
const USUALLY: Readonly<Record<string, Setter['how']>> = {
  vmtoolsd: 'host-decides',
  'vmware-guestd': 'host-decides',
  prltoolsd: 'host-decides',
  VBoxService: 'periodically',
  'qemu-ga': 'when-asked',
  google_guest_agent: 'after-events',
}

/** A job steps the clock when it is off, which may be every other time. */
const isMultiple = (every: Seconds | undefined, period: Seconds | undefined): boolean =>
  every !== undefined &&
  period !== undefined &&
  every > period - SAME &&
  Math.abs(every - Math.round(every / period) * period) < SAME

/** Logs have whole seconds, and cron is a second or two late. */
const SAME: Seconds = 3

/** `5 steps, one every 60 min, of 1.25 s back` */
export const stepsText = ({ count, every, size }: Pick<ClockSteps, 'count' | 'every' | 'size'>): string =>
  [
    `${count} ${count === 1 ? 'step' : 'steps'}`,
    ...(every === undefined ? [] : [`one every ${duration(every)}`]),
    ...(size === undefined ? [] : [`of ${duration(Math.abs(size))}${size < 0 ? ' back' : ''}`]),
  ].join(', ')

/** VMware Tools look once a minute (their default), and a job when its time has come. */
const TOOLS_PERIOD: Seconds = 60

/** What the logs show of steps is evidence for who is named there, or for whose time it is; else somebody does it. */
function withSteps(setters: readonly Setter[], { steps, jobs }: Inventory): Setter[] {
  const all = [...setters]
  for (const { by, count, every, size, evidence } of steps) {
    // What was noticed once may be a pause, or the daemon's own step.
    if (by === undefined && every === undefined) continue
    const stepped = stepsText({ count, every, size })
    const job = jobs.find(each => isMultiple(every, each.every))
    const at = all.findIndex(({ name }) =>
      by !== undefined
        ? name === by || name.startsWith(`${by} `)
        : job
          ? name === `${job.program} (${job.name})`
          : every === TOOLS_PERIOD && /^vm(?:toolsd|ware-guestd)$/.test(name),
    )
    const known = all[at]
    if (known) all[at] = { ...known, stepped, evidence: [...known.evidence, ...evidence] }
    else
      all.push({
        name: by ?? 'somebody',
        how: every === undefined ? 'now and then' : 'periodically',
        does: 'yes',
        stepped,
        evidence,
      })
  }
  return all
}

/** In a copy that holds nothing else of it, its configuration. */
function evidenceFor({
  runs,
  commandLine,
  enabled,
  installed,
  configuration: [main],
  unreadable: [unread],
}: TimeDaemon): Place[] {
  const places = [runs, commandLine, enabled, installed].flatMap(fact => fact?.evidence.slice(0, 1) ?? [])
  if (places.length > 0) return places
  if (main) return [{ path: main.path, text: 'its configuration is there' }]
  return unread ? [{ path: unread.path, text: `its configuration is there: ${UNREAD[unread.why]}` }] : []
}

/** A classic Xen guest that does not keep its own time is set by its host, whatever runs in it. */
function hostWallclock(inventory: Inventory): Setter[] {
  if (!followsHost(inventory)) return []
  const value = wallclockValue(inventory)
  return [
    {
      name: 'the Xen host',
      how: 'all the time',
      does: 'yes',
      evidence: [...(value?.evidence ?? []), ...(inventory.kernel.flavour?.evidence ?? [])],
    },
  ]
}
