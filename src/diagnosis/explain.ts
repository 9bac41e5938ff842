/**
 * One host, explained: who kept its clock, what was measured, what was found. Two daemons that kept it one after the other
 * are judged each by its own logs.
 */
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import type { HostLog } from '#analysis/log/host-log.ts'
import type { Seconds } from '#core/time/units.ts'
import { diagnose, OF_THE_DAEMON, RULES } from './diagnose.ts'
import { bySeverity, type Finding, type Severity, worst } from './finding.ts'
import type { Keeper } from './keeper.ts'
import { subjectOf } from './subject.ts'

export interface Explained {
  readonly name: string
  readonly log: HostLog
  readonly keepers: readonly Keeper[]
  readonly sourceNames: readonly string[]
  /** Times are seconds from the start of this day, counted from 1970-01-01. */
  readonly baseDay: number
  readonly disturbances: readonly Disturbance[]
  readonly findings: readonly Finding[]
  readonly verdict: Severity
  readonly span: { readonly from: Seconds; readonly to: Seconds } | undefined
}

export function explainHost({
  fileNames,
  ...of
}: {
  readonly name: string
  readonly log: HostLog
  readonly baseDay: number
  readonly sourceNames: readonly string[]
  readonly fileNames?: readonly string[]
}): Explained {
  const subjects = of.log.daemons.map(daemon => subjectOf({ ...of, daemon, fileNames }))
  const found = subjects.flatMap((subject, i) => diagnose(subject, i === 0 ? RULES : OF_THE_DAEMON))
  const troubled = worst(found) === 'warning' || worst(found) === 'critical'
  // That one daemon had no trouble is not said when the other had some.
  const findings = (troubled ? found.filter(({ name }) => name !== 'good') : found).sort(bySeverity)
  return {
    ...of,
    keepers: subjects.map(({ keeper }) => keeper),
    disturbances: subjects.flatMap(({ disturbances }) => disturbances.clock),
    findings,
    verdict: worst(findings),
    span: of.log.span,
  }
}
