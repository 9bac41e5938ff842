/**
 * growing-oscillation: the offset swings to both sides in a regular rhythm, until the daemon steps, and then again
 * (field report 002). A loop that corrects too much for how seldom it looks does that: poll intervals of 1024 s against a
 * clock whose rate changes within the hour.
 */

import type { SampleSeries, UpdateSeries } from '#analysis/log/host-log.ts'
import { refinePeriod } from '#analysis/log/period.ts'
import type { Swing } from '#analysis/log/swings.ts'
import { swingsToldBy, type ToldSwings } from '#analysis/log/told-swings.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

const LARGE: Seconds = 0.03
const LEAST_SWINGS = 6

export const growingOscillation: Rule = ({ log, keeper, disturbances, when }) => {
  const measured = log.bestSamples(keeper.daemon) ?? log.updatesOf(keeper.daemon)
  const found = measured ? swingsOf(measured) : swingsToldBy(log, keeper.daemon)
  if (!found) return []
  const { swings, period } = found
  // A pause and its over-corrections swing too, but only a few times.
  const near = disturbances.clock.filter(
    ({ from }) => from > swings[0]!.at - 3600 && from < swings.at(-1)!.at,
  )
  if (near.length * 3 > swings.length) return []
  const peaks = swings.map(({ peak }) => Math.abs(peak))
  const most = Math.max(...peaks)
  const growth = growthOf(swings)
  const resets = disturbances.own.filter(({ at }) => at >= swings[0]!.at && at <= swings.at(-1)!.at + period)
  return [
    {
      name: 'growing-oscillation',
      severity: 'critical',
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
      cost: `The clock is wrong by up to ${duration(most)} on either side, and is set back at the resets.`,
      causes: [
        {
          what: 'the rate of the clock changes faster than the daemon looks: long polls, a virtual timer that follows the load',
          why: `the period of ${duration(period)} is a few polls`,
        },
        {
          what: 'a second program steers the same clock (tools of the hypervisor, dependent wall clock of Xen)',
          why: 'each takes the other’s correction for an error',
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

function swingsOf({ swings: { all }, offset }: SampleSeries | UpdateSeries): ToldSwings | undefined {
  const swings = all.filter(({ peak }) => Math.abs(peak) >= LARGE)
  const rough = rhythmOf(swings)
  return rough === undefined ? undefined : { swings, period: refinePeriod(offset.envelope.buckets(), rough) }
}

function rhythmOf(swings: readonly Swing[]): Seconds | undefined {
  if (swings.length < LEAST_SWINGS) return undefined
  const gaps = swings
    .slice(1)
    .map(({ at }, i) => at - swings[i]!.at)
    .filter(gap => gap > 0)
    .sort((a, b) => a - b)
  const median = gaps[gaps.length >> 1]
  if (!median) return undefined
  const regular = gaps.filter(gap => gap > 0.5 * median && gap < 2 * median).length
  return regular > 0.5 * gaps.length ? 2 * median : undefined
}

/** By how much a swing is larger than the one before, where they grow. */
function growthOf(swings: readonly Swing[]): number {
  const ratios = swings
    .slice(1)
    .map(({ peak }, i) => Math.abs(peak / swings[i]!.peak))
    .filter(ratio => ratio > 1)
    .sort((a, b) => a - b)
  return ratios[ratios.length >> 1] ?? 1
}
