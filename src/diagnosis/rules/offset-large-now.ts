/**
 * offset-large-now: chronyc, ntpq or ntp-ctl showed an offset that a daemon in good order does not have: its own, that of the source
 * which it follows, or, where it follows none or does not tell whom, that of most sources.
 */
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { unfollowedOf } from '../listed.ts'
import { configure, stepAfterJumps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

/** Over the worst of ways a daemon keeps a clock better than that. */
const LEAST: Seconds = 0.1
const CRITICAL: Seconds = 1

export const offsetLargeNow: Rule = ({ log, keeper }) => {
  const selected = new Set(log.timeless.filter(({ what }) => what === 'selected').map(({ source }) => source))
  const offsets = log.timeless.filter(
    ({ what, source }) => what === 'offset-now' && (source === undefined || selected.has(source)),
  )
  const unfollowed = unfollowedOf(log)
  const agreed = unfollowed?.majority ?? []
  const refused = unfollowed !== undefined && unfollowed.refused.length === unfollowed.heard.length
  const far = unfollowed?.distant[0]?.size
  // The one in the middle stands for all that agree.
  const large = [...offsets, ...agreed.slice(agreed.length >> 1, (agreed.length >> 1) + 1)]
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
        ...(refused
          ? [
              {
                what: 'no source is followed, so nothing corrects it',
                why: `all are refused${far === undefined ? '' : `, being ${duration(far)} from a clock that is right (root distance)`}: not-synchronised`,
              },
            ]
          : []),
        {
          what: 'the machine stood still, or somebody set its clock',
          why: 'no crystal drifts that far between two polls',
        },
        ...(refused
          ? []
          : [
              { what: 'the daemon has just been started', why: 'then it is gone in some minutes' },
              {
                what: 'the way to its source is slow in one direction',
                why: 'if half of the delay is as much, and the jitter is large',
              },
            ]),
      ],
      remedy: refused
        ? configure(
            keeper,
            'First let a source be followed: then the clock is stepped, or can be set by hand.',
          )
        : stepAfterJumps(keeper),
      confirm: 'The same command some minutes later, and the logs of the daemon.',
    },
  ]
}
