/**
 * frequency-far-off, frequency-saturated, wrong-at-start: what the rules of `analyze` find in the log of this machine, with the advice that
 * fits it.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '../../finding.ts'
import { causesOfRate, counterAdvice } from '../counter-advice.ts'
import type { MachineRule, MachineSubject } from '../subject.ts'
import { heldFrequency } from './held-frequency.ts'

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
    ...starts,
  ]
}

/** Then its daemon sets it again and again, and neither a pause nor anybody else is needed for that. */
export const runsWrong = ({ told = [] }: MachineSubject): boolean => told.some(isOfRate)

const isOfRate = ({ name, severity }: Finding): boolean =>
  severity === 'critical' && (name === 'frequency-saturated' || name === 'frequency-far-off')
