/**
 * growing-oscillation: the offset swings to both sides in a regular rhythm, until the daemon steps, and then again
 * (field report 002). A loop that corrects too much for how seldom it looks does that: poll intervals of 1024 s against a
 * clock whose rate changes within the hour.
 */
import type { Swing } from '#analysis/log/swings/swings.ts'
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { upperMedian } from '#core/number/quantile.ts'
import { duration } from '#core/time/format.ts'
import { amount } from '../amount.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

export const growingOscillation: Rule = ({ keeper, disturbances, when }) => {
  // What moves a clock again and again, and is slewed away each time, is told as that.
  if (!disturbances.oscillation || disturbances.oscillation.teeth) return []
  const { swings, period } = disturbances.oscillation
  const peaks = swings.map(({ peak }) => Math.abs(peak))
  const most = Math.max(...peaks)
  const growth = growthOf(swings)
  const resets = disturbances.own.filter(({ at }) => at >= swings[0]!.at && at <= swings.at(-1)!.at + period)
  return [
    {
      name: 'growing-oscillation',
      severity: resets.length > 0 || most >= STEP_THRESHOLD ? 'critical' : 'warning',
      from: swings[0]!.at,
      to: swings.at(-1)!.at,
      what: `The offset oscillates with a period of ${amount(period)}, up to ${duration(most)}${resets.length > 0 ? `, and ${keeper.name} reset the clock ${resets.length} times meanwhile` : ''}.`,
      measures: { period, most, swings: swings.length, growth, resets: resets.length },
      evidence: [
        ...swings.slice(0, 4).map(({ at, peak }) => ({
          text: `${when(at)}  ${duration(Math.abs(peak))} ${peak > 0 ? 'behind' : 'ahead'}`,
        })),
        ...(growth > 1.05 ? [{ text: `each swing is ${growth.toFixed(2)} times the one before` }] : []),
      ],
      cost: `The clock is wrong by up to ${duration(most)} on either side${resets.length > 0 ? ', and is set back at the resets' : ''}.`,
      causes: [
        {
          what: 'the rate of the clock changes faster than the daemon looks: long polls, a virtual timer that follows the load',
          why: `the period of ${duration(period)} is a few polls`,
        },
        {
          what: 'a second program steers the same clock (tools of the hypervisor, dependent wall clock of Xen)',
          why: 'each takes the other’s correction for an error',
        },
        {
          what: 'the machine stands still for tenths of a second in that rhythm, and what it loses is slewed away',
          why: 'if a job of the hypervisor has that period; rawstats would show that all that is sudden goes to one side',
        },
        { what: 'the kernel’s loop has a wrong gain', why: 'rare; seen with patched kernels' },
      ],
      remedy: configure(
        keeper,
        'Shorten the polls, so that the loop follows the clock, and let nobody else steer it. chronyd stays within 15 ms where ntpd swings by 400 ms.',
        ['server … iburst minpoll 4 maxpoll 6', 'xen.independent_wallclock=1   (old Xen guests)'],
      ),
      confirm: 'With maxpoll 6 the swings become much smaller within an hour.',
    },
  ]
}

/** By how much a swing is larger than the one before, where they grow. */
function growthOf(swings: readonly Swing[]): number {
  const ratios = swings
    .slice(1)
    .map(({ peak }, i) => Math.abs(peak / swings[i]!.peak))
    .filter(ratio => ratio > 1)
  return ratios.length > 0 ? upperMedian(ratios) : 1
}
