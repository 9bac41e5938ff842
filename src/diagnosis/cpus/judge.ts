/** Findings on the clocks of a machine's processors. None: they agree, as far as it was seen. */
import { bySeverity, type Finding } from '../finding.ts'
import { clockCoarse } from './clock-coarse.ts'
import { clockWentBack } from './clock-went-back.ts'
import { clocksDiffer } from './clocks-differ.ts'
import { countersDiffer } from './counters-differ.ts'
import type { CpuRule, CpuSubject } from './subject.ts'
import { timersLate } from './timers-late.ts'

const RULES: readonly CpuRule[] = [clocksDiffer, timersLate, clockWentBack, clockCoarse, countersDiffer]

export const judgeCpus = (subject: CpuSubject): Finding[] =>
  RULES.flatMap(rule => rule(subject)).sort(bySeverity)
