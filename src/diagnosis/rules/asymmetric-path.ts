/**
 * asymmetric-path: a source that is much further away than the others, and off by an amount that its longer way explains if
 * most of it lies in one direction. An offset cannot be wrong by more than half the delay, so beyond that it is a falseticker.
 */
import { upperMedian } from '#core/number/quantile.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

const LEAST: Seconds = 2e-3
const LEAST_ROWS = 8
/** Of the most that the longer way can explain. */
const SHARE = 0.6

export const asymmetricPath: Rule = ({ log, keeper, sourceName }) => {
  const series = log.bestSamples(keeper.daemon)
  const all =
    series?.census.sources().filter(({ count, leastDelay }) => count >= LEAST_ROWS && leastDelay > 0) ?? []
  if (all.length < 3) return []
  const middle = upperMedian(all.map(({ level }) => level))
  const nearest = Math.min(...all.map(({ leastDelay }) => leastDelay))
  return all.flatMap(each => {
    const off = each.level - middle
    const longer = each.leastDelay - nearest
    const most = longer / 2
    if (Math.abs(off) < LEAST || Math.abs(off) > most || Math.abs(off) < SHARE * most) return []
    const name = sourceName(each.source)
    return [
      {
        name: 'asymmetric-path' as const,
        severity: 'note' as const,
        from: each.from,
        to: each.to,
        what: `${name} is off by ${signed(off)}, which its longer way (${duration(longer)} more) explains if nearly all of it lies in one direction.`,
        measures: { offset: off, longer },
        evidence: all.map(one => ({
          text: `${sourceName(one.source)}  median offset ${signed(one.medianOffset)}, least delay ${duration(one.leastDelay)}`,
        })),
        cost: `None while nearer sources are heard. Alone it would make the clock wrong by ${duration(Math.abs(off))}.`,
        causes: [
          {
            what: `the way ${off > 0 ? 'to' : 'from'} that server is longer than the way back`,
            why: 'the offset is nearly half of the additional delay',
          },
          {
            what: 'that server’s clock is wrong by chance as much',
            why: 'offsets alone cannot tell the two apart',
          },
        ],
        remedy: configure(keeper, 'Prefer sources that are near.', [`# server ${name}`]),
        confirm: 'traceroute in both directions; the same server asked from another network.',
      },
    ]
  })
}
