/** slew-only: ntpd runs with -x (field report 001). It is told even when no jump is in the logs yet. */
import { allowSteps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

export const slewOnly: Rule = ({ log, keeper }) => {
  const line = log.timeless.find(({ what }) => what === 'slew-only')
  if (!line) return []
  return [
    {
      name: 'slew-only',
      severity: 'note',
      from: undefined,
      to: undefined,
      what: 'ntpd is started with -x: an offset below 600 s is slewed at 500 ppm, 2000 s for each second.',
      measures: {},
      evidence: [evidenceOf(line)],
      cost: 'After a pause of a minute the clock is wrong for 33 h; after one of 600 s, for 14 days.',
      causes: [{ what: 'a program cannot bear that time goes back', why: 'that is what -x is for' }],
      remedy: allowSteps({ ...keeper, daemon: 'ntpd' }),
      confirm: 'ps -o args -C ntpd',
    },
  ]
}
