/** All that can be said of a machine: the rules about its state, and those about its configuration. */
import type { Inventory } from '#core/guest/inventory.ts'
import { bySeverity, type Evidence, type Finding, type FindingName } from '../finding.ts'
import { jobsInTheWay } from './jobs.ts'
import { thoseWithNobodyToFollow } from './nobody-to-follow.ts'
import { oneOfEachFact } from './one-fact.ts'
import { poorClocksource, unstableClocksource } from './rules/clocksource.ts'
import { daemonJobs } from './rules/daemon-jobs.ts'
import { falsetickersNow } from './rules/falsetickers-now.ts'
import { heldFrequency } from './rules/held-frequency.ts'
import { disagreeNow, hostClockNow, offsetNow, sourcesNow, synchronisedNow } from './rules/measured.ts'
import { nobodyKeepsIt, watchersIn } from './rules/nobody-keeps-it.ts'
import { notEnabled } from './rules/not-enabled.ts'
import { copyIncomplete, couldNotBeRead } from './rules/not-seen.ts'
import { nothingRecorded } from './rules/nothing-recorded.ts'
import { keptSoon, pauseForecast, withForecast } from './rules/pause-forecast.ts'
import { realClocksource } from './rules/real-clocksource.ts'
import { refusedThen } from './rules/refused-then.ts'
import { falsetickersThen, offsetThen, stratumIsland, synchronisedThen } from './rules/reported.ts'
import { severalDaemons, toolsAndDaemon } from './rules/several-keep-it.ts'
import { sourcesThen } from './rules/sources-then.ts'
import { steppedInRun } from './rules/stepped-in-run.ts'
import { clockOfTheHost, rtcFarOff, rtcInLocalTime, stolenTime } from './rules/surroundings.ts'
import { asItWas, toldByItsLog } from './rules/told-by-log.ts'
import { withoutTimeNow, withoutTimeThen } from './rules/without-time.ts'
import { xenWallclock } from './rules/xen-wallclock.ts'
import { type MachineRule, type MachineSubject, settingDaemons } from './subject.ts'

const RULES: readonly MachineRule[] = [
  couldNotBeRead,
  copyIncomplete,
  nobodyKeepsIt,
  notEnabled,
  severalDaemons,
  toolsAndDaemon,
  daemonJobs,
  subject => xenWallclock(subject).map(finding => keptSoon(finding, subject)),
  offsetNow,
  sourcesNow,
  withoutTimeNow,
  falsetickersNow,
  disagreeNow,
  synchronisedNow,
  hostClockNow,
  offsetThen,
  sourcesThen,
  withoutTimeThen,
  refusedThen,
  falsetickersThen,
  stratumIsland,
  synchronisedThen,
  heldFrequency,
  toldByItsLog,
  steppedInRun,
  pauseForecast,
  poorClocksource,
  realClocksource,
  unstableClocksource,
  rtcInLocalTime,
  rtcFarOff,
  stolenTime,
  clockOfTheHost,
  nothingRecorded,
]

/** Whoever is told why nobody keeps the clock need not be told that nobody does. */
const SAYS_ALSO: Readonly<Partial<Record<FindingName, readonly FindingName[]>>> = {
  'daemon-not-running': ['no-daemon'],
  'disabled-in-guests': ['no-daemon'],
}

/** The worst first. `linted`: what was found of its configuration and its processors. */
export function checkMachine(looked: MachineSubject, linted: readonly Finding[] = []): Finding[] {
  const nobodyToFollow = thoseWithNobodyToFollow(looked, linted)
  const subject = { ...looked, nobodyToFollow }
  const lost = settingDaemons(subject.inventory).every(({ name }) => nobodyToFollow.includes(name))
  const others = linted
    .map(each => (lost ? leavingWhatSetsIt(each) : each))
    .map(each => withJobsOut(each, subject.inventory))
    .map(each => asItWas(each, subject))
  const found = RULES.flatMap(rule => rule(subject))
  const names = found.flatMap(({ name }) => [name, ...(SAYS_ALSO[name] ?? [])])
  const more = others.filter(({ name }) => !names.includes(name)).map(each => withForecast(each, subject))
  return oneOfEachFact([...found.map(finding => joined(finding, others)), ...more]).sort(bySeverity)
}

/** No daemon keeps this clock: what the linter would take out beside one is all that sets it. */
const leavingWhatSetsIt = (finding: Finding): Finding =>
  finding.name === 'two-daemons' || finding.name === 'tools-sync-beside-daemon'
    ? { ...finding, remedy: { ...finding.remedy, actions: [] } }
    : finding

/** One that only measured is to keep the clock: what sets it now is in its way then. */
function withJobsOut(finding: Finding, inventory: Inventory): Finding {
  const { actions = [], ...remedy } = finding.remedy
  const [watcher] = watchersIn(inventory)
  if (finding.name !== 'clock-not-disciplined' || actions.length === 0 || !watcher) return finding
  const jobs = jobsInTheWay(inventory, watcher, 'by the plan')
  return {
    ...finding,
    remedy: {
      ...remedy,
      changes: [...remedy.changes, ...jobs.changes],
      actions: [...actions, ...jobs.actions],
    },
  }
}

const distinct = (evidence: readonly Evidence[]): Evidence[] => [
  ...new Map(evidence.map(each => [`${each.path} ${each.line} ${each.text}`, each])).values(),
]

/** What the state of the machine shows and its files show, too, is one finding: evidence and remedies of both. */
function joined(finding: Finding, others: readonly Finding[]): Finding {
  const same = others.filter(({ name }) => name === finding.name)
  const actions = [finding, ...same].flatMap(({ remedy }) => remedy.actions ?? [])
  return {
    ...finding,
    evidence: distinct([...finding.evidence, ...same.flatMap(({ evidence }) => evidence)]),
    remedy: actions.length > 0 ? { ...finding.remedy, actions } : finding.remedy,
  }
}
