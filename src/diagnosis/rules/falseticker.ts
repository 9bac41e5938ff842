/**
 * falseticker: one of several sources is off by a constant amount, more than its delay explains. With three or more the
 * others outvote it.
 */
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

const LEAST: Seconds = 2e-3
const LEAST_ROWS = 8

export const falseticker: Rule = ({ log, keeper, sourceName }) => {
  const series = log.bestSamples(keeper.daemon)
  const all = series?.census.sources().filter(({ count }) => count >= LEAST_ROWS) ?? []
  if (!series || all.length < 3) return []
  const events = log.events.of('falseticker')
  const offsets = all.map(({ medianOffset }) => medianOffset).sort((a, b) => a - b)
  const middle = offsets[offsets.length >> 1]!
  const wrong = all.filter(({ medianOffset, leastDelay }) => {
    const half = Number.isNaN(leastDelay) ? 0 : leastDelay / 2
    return Math.abs(medianOffset - middle) > Math.max(LEAST, half)
  })
  if (wrong.length === 0 || 2 * wrong.length >= all.length) return []
  return wrong.map(each => {
    const name = sourceName(each.source)
    const off = each.medianOffset - middle
    return {
      name: 'falseticker' as const,
      severity: 'warning' as const,
      from: each.from,
      to: each.to,
      what: `${name} is off by ${signed(off)} (median), more than half its delay of ${duration(each.leastDelay)} can explain; ${all.length - wrong.length} other sources agree.`,
      measures: { offset: off, leastDelay: each.leastDelay },
      evidence: [
        ...all.map(one => ({
          text: `${sourceName(one.source)}  median offset ${signed(one.medianOffset)}, least delay ${duration(one.leastDelay)}, ${one.count} measurements`,
        })),
        ...events
          .filter(({ source }) => source === name)
          .slice(0, 2)
          .map(evidenceOf),
      ],
      cost: 'None while the others are heard. One source less to lose.',
      causes: [
        { what: 'that server’s clock is wrong', why: 'the others agree against it' },
        {
          what: 'its path is much longer in one direction',
          why: 'if the offset were below half the delay; it is above',
        },
      ],
      remedy: configure(keeper, 'Replace it by another server, and tell its operator.', [`# server ${name}`]),
      confirm: 'Ask it from another network: `clockwright query`.',
    }
  })
}
