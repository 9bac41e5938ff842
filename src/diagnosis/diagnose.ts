/** All rules, applied to the logs of one host: its findings, the worst first, or that it is good. */
import type { EventName } from '#core/trace/series.ts'
import { bySeverity, type Finding } from './finding.ts'
import { ranInOrder } from './ran-in-order.ts'
import { configure } from './remedies.ts'
import type { Rule } from './rule.ts'
import { asymmetricPath } from './rules/asymmetric-path.ts'
import { clocksFight } from './rules/clocks-fight.ts'
import { clocksourceUnstable } from './rules/clocksource-unstable.ts'
import { cpuClocksDiffer } from './rules/cpu-clocks-differ.ts'
import { dateLeapt } from './rules/date-leapt.ts'
import { dateWentBack } from './rules/date-went-back.ts'
import { dispersionLargeNow } from './rules/dispersion-large-now.ts'
import { falseticker } from './rules/falseticker.ts'
import { falsetickerFollowed } from './rules/falseticker-followed.ts'
import { fewSources } from './rules/few-sources.ts'
import { frequencyFarOff } from './rules/frequency-far-off.ts'
import { frequencyLearnedFromAJump } from './rules/frequency-learned-from-a-jump.ts'
import { frequencySaturated } from './rules/frequency-saturated.ts'
import { growingOscillation } from './rules/growing-oscillation.ts'
import { impossibleDate } from './rules/impossible-date.ts'
import { kernelSawAPause } from './rules/kernel-saw-a-pause.ts'
import { leapOrSmearMix } from './rules/leap-or-smear-mix.ts'
import { leftWrong } from './rules/left-wrong.ts'
import { lookedUntimed } from './rules/looked-untimed.ts'
import { lostTicks, ticksLost } from './rules/lost-ticks.ts'
import { masterLost } from './rules/master-lost.ts'
import { migratedClockStopped } from './rules/migrated-clock-stopped.ts'
import { neverCorrected } from './rules/never-corrected.ts'
import { nobodyKeptIt } from './rules/nobody-kept-it.ts'
import { noneNearEnough } from './rules/none-near-enough.ts'
import { neverFollowed, notSynchronised } from './rules/not-synchronised.ts'
import { notUpdated } from './rules/not-updated.ts'
import { offsetLargeNow } from './rules/offset-large-now.ts'
import { panicExitAhead } from './rules/panic-exit-ahead.ts'
import { routeChanged } from './rules/route-changed.ts'
import { rtcInLocalTime } from './rules/rtc-in-local-time.ts'
import { servoStart } from './rules/servo-start.ts'
import { servoSwayed } from './rules/servo-swayed.ts'
import { setAsOthersSay } from './rules/set-as-others-say.ts'
import { setBetweenRuns } from './rules/set-between-runs.ts'
import { setByRuns } from './rules/set-by-runs.ts'
import { setUntimed } from './rules/set-untimed.ts'
import { slept } from './rules/slept.ts'
import { slewCannotCatchUp } from './rules/slew-cannot-catch-up.ts'
import { slewOnly } from './rules/slew-only.ts'
import { sourceJumped } from './rules/source-jumped.ts'
import { sourceRejectedByItsOwnJitter } from './rules/source-rejected-by-its-own-jitter.ts'
import { sourceSilent } from './rules/source-silent.ts'
import { sourcesLost } from './rules/sources-lost.ts'
import { spuriousSourceAddress } from './rules/spurious-source-address.ts'
import { stampsWentBack } from './rules/stamps-went-back.ts'
import { stepoutClamped } from './rules/stepout-clamped.ts'
import { steppedBack } from './rules/stepped-back.ts'
import { steppedByItsDaemon } from './rules/stepped-by-its-daemon.ts'
import { steppedBySomeoneElse } from './rules/stepped-by-someone-else.ts'
import { stratumTenIsland } from './rules/stratum-10-island.ts'
import { timersLate } from './rules/timers-late.ts'
import { twoDaemons } from './rules/two-daemons.ts'
import { vmPaused } from './rules/vm-paused.ts'
import { wrongAtStart } from './rules/wrong-at-start.ts'
import { wrongForHours } from './rules/wrong-for-hours.ts'
import { evidenceOf, type Subject } from './subject.ts'

/** What does not depend on the daemon: these are applied once to a host. */
const OF_THE_MACHINE: readonly Rule[] = [
  cpuClocksDiffer,
  dateWentBack,
  dateLeapt,
  timersLate,
  migratedClockStopped,
  clocksourceUnstable,
  ticksLost,
  kernelSawAPause,
  setAsOthersSay,
  offsetLargeNow,
  dispersionLargeNow,
  impossibleDate,
  notSynchronised,
  stratumTenIsland,
  twoDaemons,
  slewOnly,
  rtcInLocalTime,
]

/** In the order in which findings of one severity are told: causes before what follows from them. */
export const OF_THE_DAEMON: readonly Rule[] = [
  vmPaused,
  setBetweenRuns,
  setByRuns,
  setUntimed,
  lookedUntimed,
  steppedBySomeoneElse,
  slept,
  lostTicks,
  clocksFight,
  panicExitAhead,
  growingOscillation,
  frequencySaturated,
  frequencyFarOff,
  frequencyLearnedFromAJump,
  slewCannotCatchUp,
  noneNearEnough,
  neverCorrected,
  sourceRejectedByItsOwnJitter,
  steppedByItsDaemon,
  steppedBack,
  stampsWentBack,
  nobodyKeptIt,
  sourcesLost,
  notUpdated,
  masterLost,
  sourceSilent,
  neverFollowed,
  spuriousSourceAddress,
  falsetickerFollowed,
  falseticker,
  asymmetricPath,
  routeChanged,
  leapOrSmearMix,
  sourceJumped,
  stepoutClamped,
  wrongAtStart,
  servoStart,
  servoSwayed,
  fewSources,
]

export const RULES: readonly Rule[] = [...OF_THE_MACHINE, ...OF_THE_DAEMON]

export function diagnose(subject: Subject, rules: readonly Rule[] = RULES): Finding[] {
  const found = rules.flatMap(rule => rule(subject)).sort(bySeverity)
  const troubled = found.some(({ severity }) => severity === 'warning' || severity === 'critical')
  if (troubled || !measured(subject)) return found
  const wrong = leftWrong(subject) ?? wrongForHours(subject)
  const told = wrong ? [wrong, ...found].sort(bySeverity) : found
  return wrong?.severity === 'note' || (!wrong && !isOneRow(subject)) ? [good(subject), ...told] : told
}

/** A single row of a log is one moment: it can show that a clock was wrong, and not that it was kept. */
const isOneRow = ({ log }: Subject): boolean =>
  log.span !== undefined &&
  log.span.from === log.span.to &&
  log.events.of(...FOLLOWING).length === 0 &&
  log.timeless.length === 0

/** A line of a configuration alone says nothing of a clock, nor that a daemon was started, or that the machine slept. */
const measured = ({ log }: Subject): boolean =>
  log.span !== undefined ||
  log.events.of(...FOLLOWING).length > 0 ||
  log.timeless.some(({ what }) => !SETTINGS.includes(what))

const SETTINGS: readonly EventName[] = [
  'configured',
  'slew-only',
  'steps-allowed',
  'source-configured',
  'source-trusted',
  'version',
  'started',
  'listening',
  'gave-way',
  'source-added',
]

/** What a daemon says that has heard its sources. */
const FOLLOWING: readonly EventName[] = [
  'selected',
  'reachable',
  'synchronised',
  'offset-found',
  'slew-begun',
  'stepped',
]

function good(subject: Subject): Finding {
  const { log, keeper } = subject
  const loop = ranInOrder(subject)
  const moment = log.span === undefined && !log.events.any
  return {
    name: 'good',
    severity: 'good',
    from: log.span?.from,
    to: log.span?.to,
    what:
      loop?.what ??
      (moment
        ? 'What these commands printed shows nothing wrong, at that moment.'
        : `${keeper.name} kept this clock without trouble.`),
    measures: loop ? { runs: loop.runs.length, mean: loop.mean } : {},
    evidence: (loop?.runs ?? []).slice(0, 3).map(evidenceOf),
    cost: 'Nothing.',
    causes: [],
    remedy: configure(keeper, 'Nothing to do.'),
    confirm: '',
  }
}
