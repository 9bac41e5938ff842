/** offset-large-now: chronyc, ntpq or ntp-ctl showed an offset that a daemon in good order does not have. */
import { signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { stepAfterJumps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

/** ntpd's step threshold. */
const LEAST: Seconds = 0.128
const CRITICAL: Seconds = 1

export const offsetLargeNow: Rule = ({ log, keeper }) => {
  const selected = new Set(log.timeless.filter(({ what }) => what === 'selected').map(({ source }) => source))
  const offsets = log.timeless.filter(
    ({ what, source }) => what === 'offset-now' && (source === undefined || selected.has(source)),
  )
  const large = offsets
    .filter(({ size }) => Math.abs(size) > LEAST)
    .sort((a, b) => Math.abs(b.size) - Math.abs(a.size))
  const [worst] = large
  if (!worst) return []
  return [
    {
      name: 'offset-large-now',
      severity: Math.abs(worst.size) > CRITICAL ? 'critical' : 'warning',
      from: undefined,
      to: undefined,
      what: `The clock was off by ${signed(worst.size)} when the report was made.`,
      measures: { size: worst.size },
      evidence: large.slice(0, 3).map(evidenceOf),
      cost: 'All that this machine stamps is wrong by that until it is corrected.',
      causes: [
        {
          what: 'the machine stood still, or somebody set its clock',
          why: 'no crystal drifts that far between two polls',
        },
        { what: 'the daemon has just been started', why: 'then it is gone in some minutes' },
      ],
      remedy: stepAfterJumps(keeper),
      confirm: 'The same command some minutes later, and the logs of the daemon.',
    },
  ]
}
