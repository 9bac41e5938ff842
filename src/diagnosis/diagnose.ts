/** All rules, applied to the logs of one host: its findings, the worst first, or that it is good. */
import { bySeverity, type Finding } from './finding.ts'
import { configure } from './remedies.ts'
import type { Rule } from './rule.ts'
import { falseticker } from './rules/falseticker.ts'
import { fewSources } from './rules/few-sources.ts'
import { frequencyFarOff } from './rules/frequency-far-off.ts'
import { frequencyLearnedFromAJump } from './rules/frequency-learned-from-a-jump.ts'
import { frequencySaturated } from './rules/frequency-saturated.ts'
import { growingOscillation } from './rules/growing-oscillation.ts'
import { lostTicks } from './rules/lost-ticks.ts'
import { panicExitAhead } from './rules/panic-exit-ahead.ts'
import { slewCannotCatchUp } from './rules/slew-cannot-catch-up.ts'
import { sourceJumped } from './rules/source-jumped.ts'
import { sourceRejectedByItsOwnJitter } from './rules/source-rejected-by-its-own-jitter.ts'
import { sourcesLost } from './rules/sources-lost.ts'
import { spuriousSourceAddress } from './rules/spurious-source-address.ts'
import { steppedBack } from './rules/stepped-back.ts'
import { steppedBySomeoneElse } from './rules/stepped-by-someone-else.ts'
import { vmPaused } from './rules/vm-paused.ts'
import type { Subject } from './subject.ts'

/** In the order in which findings of one severity are told: causes before what follows from them. */
export const RULES: readonly Rule[] = [
  vmPaused,
  steppedBySomeoneElse,
  lostTicks,
  panicExitAhead,
  growingOscillation,
  frequencySaturated,
  frequencyFarOff,
  frequencyLearnedFromAJump,
  slewCannotCatchUp,
  sourceRejectedByItsOwnJitter,
  steppedBack,
  sourcesLost,
  spuriousSourceAddress,
  falseticker,
  sourceJumped,
  fewSources,
]

export function diagnose(subject: Subject): Finding[] {
  const found = RULES.flatMap(rule => rule(subject)).sort(bySeverity)
  const troubled = found.some(({ severity }) => severity === 'warning' || severity === 'critical')
  return troubled ? found : [good(subject), ...found]
}

const good = ({ log, keeper }: Subject): Finding => ({
  name: 'good',
  severity: 'good',
  from: log.span?.from,
  to: log.span?.to,
  what: `${keeper.name} kept this clock without trouble.`,
  measures: {},
  evidence: [],
  cost: 'Nothing.',
  causes: [],
  remedy: configure(keeper, 'Nothing to do.'),
  confirm: '',
})
