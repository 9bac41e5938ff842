/**
 * source-jumped: the offset against one source changed at once, and against the others it did not. Where it did not come back to
 * the others, that source has been wrong since then.
 */
import { oddOnesOf } from '#analysis/log/agreeing.ts'
import { isAbout } from '#analysis/log/alike.ts'
import type { Census } from '#analysis/log/census.ts'
import type { Disturbance } from '#analysis/log/disturbance.ts'
import type { SampleSeries } from '#analysis/log/host-log.ts'
import { oneStayed } from '#analysis/log/one-stayed.ts'
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

const MOST = 10
/** ntpd's step threshold: no way becomes that much longer. */
const LARGE: Seconds = STEP_THRESHOLD
const LEAST_ROWS = 8

export const sourceJumped: Rule = ({ log, disturbances, keeper, when, sourceName }) => {
  const series = log.bestSamples(keeper.daemon)
  const census = series?.census
  const { odd } = oddOnesOf(census?.sources() ?? [])
  // What is wrong for most of the log is told as that.
  const told = (each: Disturbance) => odd.some(({ source }) => each.sources.includes(source))
  const isFollowed = (each: Disturbance) =>
    disturbances.led.some(({ source }) => each.sources.every(jumped => jumped === source))
  return disturbances.sources
    .filter(each => Math.abs(each.size) > 0.01 && !each.restarted && !isFollowed(each))
    .slice(0, MOST)
    .map(each => ({
      each,
      most: areMost(each, census) || areHalf(each, series),
      stays: !told(each) && staysAway(each, census),
    }))
    .map(({ each, most, stays }) => ({
      name: 'source-jumped' as const,
      severity: stays || most ? ('warning' as const) : ('note' as const),
      from: each.from,
      to: each.to,
      what: `${each.sources.map(sourceName).join(', ')} jumped by ${signed(each.size)} between ${when(each.from)} and ${when(each.to)}; the others did not${most ? ': the machine did not stand still, and since then the sources disagree by that' : stays ? ', and it has been wrong since then' : ''}.`,
      measures: { size: each.size, uncertainty: each.uncertainty },
      evidence: each.lines.map(({ file, line }) => ({
        text: `offset changed by ${signed(each.size)}`,
        file,
        line,
      })),
      cost: most
        ? 'The clock follows those that are more, whether they are right or not, or nobody.'
        : `None while the others are heard. Alone it would have moved the clock by ${duration(Math.abs(each.size))}.`,
      causes: [
        ...(most
          ? [
              {
                what: 'they follow one server that is wrong, or were wrong and were set right',
                why: 'they jumped together, by as much',
              },
            ]
          : []),
        { what: 'that server was stepped, or its machine was paused', why: 'nobody else saw it' },
        { what: 'the way to it became longer in one direction', why: 'if its delay changed too' },
      ],
      remedy: configure(
        keeper,
        most
          ? 'Find out which of them are right, and have servers that do not depend on each other.'
          : stays
            ? 'Replace it by another server, and tell its operator.'
            : 'Nothing now. If it comes back, replace that server.',
      ),
      confirm: 'The log of that server.',
    }))
}

/** More than half of those that were heard, and one of the others did not move. */
const areMost = ({ sources }: Disturbance, census: Census | undefined): boolean =>
  2 * sources.length > heardOf(census)

/** Just half of four or more, away from the others ever since: no majority is left. */
const areHalf = ({ sources, local, size }: Disturbance, series: SampleSeries | undefined): boolean =>
  series !== undefined &&
  Math.abs(size) >= LARGE &&
  sources.length >= 2 &&
  2 * sources.length === heardOf(series.census) &&
  oneStayed(series, { ...local, witnesses: sources, size })

const heardOf = (census: Census | undefined): number =>
  census?.sources().filter(({ count }) => count >= LEAST_ROWS).length ?? 0

/** Whether that source was away from the others by as much from then on, for most of the time. */
function staysAway({ to, size, sources }: Disturbance, census: Census | undefined): boolean {
  if (Math.abs(size) < LARGE || !census) return false
  return sources.every(source => {
    const since = census.apartSince(source, to)
    return since && since.count >= LEAST_ROWS && isAbout(since.median, size)
  })
}
