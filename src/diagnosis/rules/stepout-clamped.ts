/**
 * stepout-clamped: `tinker stepout` below 300 s. ntpd from 4.2.7p53 on (4.2.8, NTPsec) silently takes 300 s instead; only
 * older ones do what the line says.
 */
import { duration } from '#core/time/format.ts'
import { stepAfterJumps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

const LEAST = 300

export const stepoutClamped: Rule = ({ log, keeper }) => {
  if (keeper.daemon !== 'ntpd' || keeper.clampsStepout === false) return []
  const line = log.timeless.find(({ what, size }) => what === 'configured' && size > 0 && size < LEAST)
  if (!line) return []
  const known = keeper.clampsStepout === true
  return [
    {
      name: 'stepout-clamped',
      severity: known ? 'warning' : 'note',
      from: undefined,
      to: undefined,
      what: `tinker stepout ${line.size} is taken for ${duration(LEAST)} by ${known ? keeper.name : 'ntpd from 4.2.8 on'}, without a word.`,
      measures: { stepout: line.size },
      evidence: [evidenceOf(line)],
      cost: 'After a jump the step comes no sooner than without the line.',
      causes: [{ what: 'the advice is from the days of ntpd 4.2.6', why: 'there it works' }],
      remedy: stepAfterJumps(keeper),
      confirm: 'The time from spike_detect to clock_step in the log of ntpd.',
    },
  ]
}
