/**
 * frequency-far-off, frequency-saturated, wrong-at-start: what the rules of `analyze` find in the log of this machine, with the advice that
 * fits it.
 */

import type { Inventory } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { amount } from '../../amount.ts'
import type { Finding } from '../../finding.ts'
import { HOURS } from '../../rules/wrong-at-start.ts'
import { causesOfRate, counterAdvice } from '../counter-advice.ts'
import type { MachineRule, MachineSubject } from '../subject.ts'
import { heldFrequency } from './held-frequency.ts'
import { lacksRtcsync } from './surroundings.ts'

/** By less the hardware clock may have drifted between two boots. */
const LARGE: Seconds = 60

export const toldByItsLog: MachineRule = subject => {
  const { told = [], inventory } = subject
  const starts = told.filter(
    ({ name, measures }) => name === 'wrong-at-start' && Math.abs(measures.size!) >= LARGE,
  )
  const rates = heldFrequency(subject).length > 0 ? [] : told.filter(isOfRate).slice(0, 1)
  return [
    ...rates.map((finding): Finding => {
      const { text, changes } = counterAdvice(inventory)
      return {
        ...finding,
        causes: [...causesOfRate(inventory), ...finding.causes.slice(1)],
        remedy: { ...finding.remedy, text, changes },
      }
    }),
    ...starts.map(each => asOfThisMachine(each, inventory)),
  ]
}

/** The next boot begins with the same hardware clock, unless that was seen to be right by now. */
function asOfThisMachine(finding: Finding, inventory: Inventory): Finding {
  const { measures, remedy } = finding
  const { offset } = inventory.rtc
  const isRight = offset !== undefined && Math.abs(offset.value.seconds) < LARGE
  const again = Math.abs(measures.size!) >= HOURS && !isRight
  const written = remedy.daemon === 'chrony' && !lacksRtcsync(inventory)
  return {
    ...finding,
    severity: again ? 'warning' : finding.severity,
    remedy: written
      ? {
          ...remedy,
          text: SET_ELSEWHERE,
          changes: ['timedatectl', 'hwclock --systohc', ...remedy.changes.slice(1)],
        }
      : remedy,
  }
}

const SET_ELSEWHERE =
  'See whether the hardware clock is right now, and kept in UTC: chronyd writes it while it runs (`rtcsync`). A guest may be given another one at each start, by the clock of its host or by `localtime` in its definition. And let services that need the time wait for it.'

/** Then its daemon sets it again and again, and neither a pause nor anybody else is needed for that. */
export const runsWrong = ({ told = [] }: MachineSubject): boolean => told.some(isOfRate)

const isOfRate = ({ name, severity }: Finding): boolean =>
  severity === 'critical' && (name === 'frequency-saturated' || name === 'frequency-far-off')

/** The daemon of that name said that it ends itself, since the clock was too far off. */
export const endedItself = ({ told = [] }: MachineSubject, daemon: string): Finding | undefined =>
  told.find(
    ({ name, measures, remedy }) =>
      name === 'panic-exit-ahead' && measures.happened === 1 && remedy.daemon === SAID_BY[daemon],
  )

const SAID_BY: Readonly<Record<string, Daemon>> = { ntpd: 'ntpd', ntpsec: 'ntpd', chronyd: 'chrony' }

/** By how much, in words. */
export const wasOff = ({ measures: { size } }: Finding): string =>
  size === undefined
    ? 'the clock was further off than it corrects'
    : `the clock was ${amount(Math.abs(size))} ${size > 0 ? 'behind' : 'ahead'}`

/** What the linter expects of a configuration has happened. */
export function asItWas(finding: Finding, subject: MachineSubject): Finding {
  const ended =
    finding.name === 'panic-exit-ahead'
      ? Object.keys(SAID_BY).flatMap(daemon => endedItself(subject, daemon) ?? [])[0]
      : undefined
  if (!ended || ended.remedy.daemon !== finding.remedy.daemon) return finding
  return {
    ...finding,
    what: `${finding.what} It has done so: ${wasOff(ended)}.`,
    evidence: [...ended.evidence, ...finding.evidence],
  }
}
