/**
 * no-daemon, daemon-not-running, disabled-in-guests: nobody keeps this clock, though something may be there that
 * could. A guest's clock stops with the guest, and only somebody inside puts it right (field report 001).
 */
import type { ClockJob, Inventory, TimeDaemon, UnitCondition, UnitFacts } from '#core/guest/inventory.ts'
import type { Finding } from '../../finding.ts'
import { TIMESERVER } from '../../inventory/daemons/sysntpd.ts'
import type { Action } from '../../repair/action.ts'
import { lastDropIn } from '../../repair/drop-in.ts'
import { wordsToStart } from '../../service-words.ts'
import { jobsInTheWay } from '../jobs.ts'
import {
  activeDaemons,
  evidenceOf,
  isGuest,
  isKeeperKnown,
  type MachineRule,
  type MachineSubject,
  placed,
  setsOnce,
  settingDaemons,
  settingTools,
  sleepingTools,
  state,
} from '../subject.ts'
import { followsHost } from '../wallclock.ts'
import { endedItself, wasOff } from './told-by-log.ts'

export const nobodyKeepsIt: MachineRule = subject => {
  const { inventory } = subject
  if (inventory.container !== undefined || settingDaemons(inventory).length > 0) return []
  // A tool that compares the clocks again and again keeps it after its own fashion.
  if (!isKeeperKnown(inventory) || settingTools(inventory, 'periodically').length > 0) return []
  if (followsHost(inventory)) return []
  const keepers = inventory.daemons.filter(each => !setsOnce(each))
  const able = keepers.filter(({ setsTime }) => setsTime?.value !== false)
  // One that would only measure is kept out all the same; that it does is said beside.
  const notRunning = keepers.filter(({ runs }) => !runs?.value)
  const keptOut = notRunning.flatMap(daemon => {
    const { unit } = daemon
    return unit
      ? unit.conditions.filter(isAgainstGuests).map(each => shutOut({ daemon, unit, inventory }, each))
      : []
  })
  if (keptOut.length > 0) return keptOut
  const there = able.filter(
    ({ installed, unit, enabled, name }) =>
      (installed ?? unit) !== undefined && (enabled?.value || !isPtp(name)),
  )
  // Whom the machine should have started is meant, and not those that somebody switched off.
  const meant = there.filter(({ enabled }) => enabled?.value)
  const open = there.filter(({ unit }) => unit?.mask === undefined)
  const installed = [meant, open, there].find(each => each.length > 0) ?? []
  // Beside one that only measures, and may be told to do more, no second one is started.
  const watched = watchersIn(inventory).length > 0
  return installed.length > 0 && !watched ? [idle(installed, subject)] : [none(inventory)]
}

/** They follow a network that has PTP; that they are installed says nothing of it. */
const isPtp = (name: string): boolean => ['ptp4l', 'phc2sys', 'timemaster'].includes(name)

/** Ubuntu and Debian leave the clock to the service of VirtualBox where it is installed, whether it is started or not. */
const isForAdditions = ({ name, value }: UnitCondition): boolean =>
  /^(?:Condition|Assert)FileIsExecutable$/.test(name) && /^\|?!.*\/VBoxService$/.test(value)

const isAgainstGuests = (condition: UnitCondition): boolean =>
  condition.met === false &&
  (/^(?:Condition|Assert)Virtualization$/.test(condition.name) || isForAdditions(condition))

/** An empty condition takes all conditions back, and an assertion all assertions (systemd.unit(5)), so those that may stay are said again. */
function shutOut(
  {
    daemon,
    unit,
    inventory,
  }: { readonly daemon: TimeDaemon; readonly unit: UnitFacts; readonly inventory: Inventory },
  condition: UnitCondition,
): Finding {
  const jobs = jobsInTheWay(inventory, daemon, 'by the plan')
  const file = lastDropIn(unit)
  const kind = condition.name.startsWith('Assert') ? 'Assert' : 'Condition'
  const kept = unit.conditions.filter(each => each.name.startsWith(kind) && !isAgainstGuests(each))
  const lines = ['[Unit]', `${condition.name}=`, ...kept.map(({ name, value }) => `${name}=${value}`)]
  return state({
    name: 'disabled-in-guests',
    severity: 'critical',
    what: `${daemon.name} is installed, and its unit ${unit.name} is not started here because of ${condition.name}=${condition.value}.`,
    evidence: [placed(condition.evidence), ...evidenceOf(daemon.installed)],
    cost: 'Nobody keeps this clock: it is wrong by every pause and migration, and by its drift.',
    causes: [
      {
        what: 'the distribution leaves the time of guests to the hypervisor',
        why: "the condition comes with the package, and no hypervisor keeps a guest's clock right by itself",
      },
    ],
    remedy: {
      text: `${isForAdditions(condition) ? 'Start VBoxService, which keeps the clock then; or clear' : 'Clear'} the condition with a drop-in, and start ${daemon.name}.${andJobs(jobs)}`,
      changes: [`${file}:`, ...lines, ...jobs.changes],
      actions: [
        { kind: 'write-file', file, text: `${lines.join('\n')}\n` },
        { kind: 'start', daemon: daemon.name, unit: unit.name },
        ...jobs.actions,
      ],
    },
    confirm: `systemctl status ${unit.name} says which condition was not met.`,
  })
}

/** What sets the clock now and then keeps it after a fashion. */
const jobsOf = ({ jobs }: Inventory): readonly ClockJob[] => jobs.filter(({ repeats }) => repeats)
const sayJobs = (jobs: readonly ClockJob[]): string =>
  jobs[0] ? ` Only a job sets the clock (${jobs[0].program}, ${jobs[0].when}).` : ''

/** The script of OpenWrt is started, and starts nothing. */
function switchOn({ enabled }: TimeDaemon): { readonly changes: string[]; readonly actions: Action[] } {
  const place = enabled?.evidence.find(({ path }) => path === TIMESERVER)
  if (!place?.line) return { changes: [], actions: [] }
  const text = "\toption enabled '1'"
  return {
    changes: [`${TIMESERVER}: ${text.trim()}`],
    actions: [{ kind: 'edit', file: TIMESERVER, edit: { kind: 'replace', line: place.line, text } }],
  }
}

function idle(daemons: readonly TimeDaemon[], subject: MachineSubject): Finding {
  const { inventory } = subject
  const jobs = jobsOf(inventory)
  const [first] = daemons as [TimeDaemon, ...TimeDaemon[]]
  const names = daemons.map(({ name }) => name).join(' and ')
  const several = daemons.length > 1
  const off = first.enabled?.value === false
  const masked = first.unit?.mask !== undefined
  const meant = first.enabled?.value === true
  const switchedOn = switchOn(first)
  const ended = meant ? endedItself(subject, first.name) : undefined
  const inTheWay = jobsInTheWay(inventory, first, 'once it is started')
  return state({
    name: 'daemon-not-running',
    severity: jobs.length > 0 ? 'warning' : 'critical',
    what: `${names} ${several ? 'are' : 'is'} installed and ${first.runs ? `${several ? 'do' : 'does'} not run${masked ? '; it is masked, so nothing can start it' : off ? '; it is not enabled either' : ''}` : several ? 'nothing starts them' : 'nothing starts it'}.${sayJobs(jobs)}`,
    evidence: [
      ...(ended?.evidence.slice(0, 1) ?? []),
      ...evidenceOf(first.runs, first.enabled, first.installed, ...jobs.map(({ command }) => command)),
    ],
    cost: 'Nobody keeps this clock: it is wrong by every pause and migration, and by its drift.',
    causes: [
      ...(ended ? [{ what: `it ended itself: ${wasOff(ended)}`, why: 'its log says so' }] : []),
      meant
        ? { what: 'it was stopped, or could not start', why: 'it is to be started with the machine' }
        : masked
          ? {
              what: 'somebody masked it',
              why: 'that is done by hand, or where another was to keep the clock',
            }
          : { what: 'it was stopped or never enabled', why: 'nothing starts it with the machine' },
      ...(!ended && (first.name === 'ntpd' || first.name === 'ntpsec')
        ? [
            {
              what: 'it ended itself',
              why: 'ntpd does when it is more than 1000 s off; the log says "set clock manually within 1000 s"',
            },
          ]
        : []),
    ],
    remedy: {
      text: `${meant ? 'Start' : masked ? 'Unmask and start' : 'Enable and start'} ${first.name}.${andJobs(inTheWay)}`,
      changes: [...switchedOn.changes, ...wordsToStart(first, meant), ...inTheWay.changes],
      actions: [
        ...switchedOn.actions,
        { kind: 'start', daemon: first.name, unit: first.unit?.name },
        ...inTheWay.actions,
      ],
    },
    confirm: 'A process of it, and its log.',
  })
}

const andJobs = ({ actions }: { readonly actions: readonly Action[] }): string =>
  actions.length > 0 ? ' Take the job out then: two that set the clock fight each other.' : ''

export const watchersIn = (inventory: Inventory): TimeDaemon[] =>
  activeDaemons(inventory).filter(({ setsTime }) => setsTime?.value === false)

/** They would only measure if they ran. */
const idleWatchersIn = ({ daemons }: Inventory): TimeDaemon[] =>
  daemons.filter(
    each =>
      each.installed &&
      !each.runs?.value &&
      each.setsTime?.value === false &&
      !setsOnce(each) &&
      !isPtp(each.name),
  )

const watchersOf = (inventory: Inventory): string => {
  const watching = watchersIn(inventory)
  const does = watching.every(({ name }) => isPtp(name))
    ? 'does not set the clock of the system, but that of a network card'
    : 'only measures'
  const idle = idleWatchersIn(inventory)
  if (watching.length === 0 && idle.length > 0)
    return `${idle.map(({ name }) => name).join(' and ')} is installed, does not run, and would only measure; no other program keeps time on this machine.`
  return watching.length > 0
    ? `${watching.map(({ name }) => name).join(' and ')} ${does}, and no other program keeps time on this machine.`
    : 'No program that keeps time is installed on this machine.'
}

const none = (inventory: Inventory): Finding =>
  state({
    name: 'no-daemon',
    severity: jobsOf(inventory).length > 0 ? 'warning' : 'critical',
    what: `${watchersOf(inventory)}${sayJobs(jobsOf(inventory))}`,
    evidence: evidenceOf(
      inventory.hypervisor,
      ...jobsOf(inventory).map(({ command }) => command),
      ...sleepingTools(inventory).flatMap(({ setsTime, runs }) => [setsTime, runs]),
    ),
    cost: isGuest(inventory)
      ? 'After a pause, a restore or a migration this guest stays wrong by the time that it stood still: its hypervisor does not put it right.'
      : 'A crystal drifts by seconds a week.',
    causes: [
      ...sleepingTools(inventory).map(({ name }) => ({
        what: `${name} is told to do it, and does not run`,
        why: 'the host has its periodic synchronisation on, and no process of it was seen',
      })),
      {
        what: 'somebody trusts the hypervisor to do it',
        why: "hypervisors set a guest's clock when it starts, and mostly never again",
      },
    ],
    remedy:
      watchersIn(inventory).length + idleWatchersIn(inventory).length > 0
        ? {
            text: `Have that one set the clock, or start another one, and not both.${jobsOf(inventory).length > 0 ? ' Take the job out then.' : ''}`,
          }
        : {
            text: 'Install one, and one only: chrony with `makestep 1 -1` and short polls, or clockwright with --discipline.',
            changes: ['server … iburst minpoll 4 maxpoll 6', 'makestep 1 -1'],
          },
    confirm: 'clockwright query asks your servers how far off the clock is.',
  })
