/**
 * source-silent: one source was not heard for a long time, perhaps never again, while others were: there was one less to lose.
 * Where that left a single one, whatever it says is believed from then on.
 */
import type { SourceCount } from '#analysis/log/sources/census.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'
import { elapsedBetween } from './elapsed.ts'

const LONG: Seconds = 3600
const LEAST_ROWS = 8
/** Of its usual time between two lines: seven polls without an answer are no reach at all. */
const SELDOM = 8

interface Silence {
  readonly of: SourceCount
  readonly from: Seconds
  readonly to: Seconds
  readonly open: boolean
  /** Without what the clock leapt meanwhile. */
  readonly time: Seconds
}

export const sourceSilent: Rule = subject => {
  const { log, keeper, sourceName, when } = subject
  const series = log.bestSamples(keeper.daemon)
  const all = series?.census.sources() ?? []
  const unused = keeper.daemon === 'chrony' && series?.exchanges === false
  const heard = all.filter(({ count }) => count >= LEAST_ROWS)
  return heard
    .map(of => longestOf(of, series!.to, subject))
    .filter(silence => isLong(silence) && othersHeard(silence, all))
    .map(silence => ({ ...silence, left: silence.open ? heardTo(silence, all) : [] }))
    .map(({ of, from, to, open, time, left }) => ({
      name: 'source-silent' as const,
      severity: left.length === 1 ? ('warning' as const) : ('note' as const),
      from,
      to,
      what: `${unused ? `chronyd used no measurement of ${sourceName(of.source)}` : `${sourceName(of.source)} was not heard`} for ${duration(time)}, from ${when(from)} ${open ? 'to the end' : `to ${when(to)}`}, and ${left.length === 1 ? `${sourceName(left[0]!.source)} alone is left` : unused ? 'some of others' : 'others were'}.`,
      measures: { time, ...(open && { open: 1, left: left.length }) },
      evidence: [
        { text: `${sourceName(of.source)}  ${of.count} measurements, the last before it at ${when(from)}` },
      ],
      cost:
        left.length === 1
          ? 'What the one that is left says is believed, right or wrong; and when it is lost, too, the clock runs free.'
          : 'None while enough others are heard. One source less to lose.',
      causes: [
        ...(unused
          ? [
              {
                what: 'the way to it became longer, or uneven',
                why: 'answers that are slower than most are left out, and statistics.log has no line for them',
              },
            ]
          : []),
        { what: 'that server, or the way to it, was down', why: 'the others answered' },
        {
          what: 'it was taken out of the configuration, or its pool replaced it',
          why: 'if it did not come back',
        },
      ],
      remedy: configure(keeper, 'See whether it answers again; if not, replace it.'),
      confirm: `\`clockwright query\` with ${sourceName(of.source)}.`,
    }))
}

function longestOf(of: SourceCount, end: Seconds, subject: Subject): Silence {
  const open = end - of.to > of.longestSilence
  const [from, to] = open ? [of.to, end] : [of.silentFrom, of.silentFrom + of.longestSilence]
  return { of, from, to, open, time: elapsedBetween(from, to, subject) }
}

const isLong = ({ of, from, to, open, time }: Silence): boolean => {
  const rest = of.to - of.from - (open ? 0 : to - from)
  return time > Math.max(LONG, (SELDOM * rest) / (of.count - 1))
}

/** Who else speaks at the end. */
const heardTo = ({ of, to }: Silence, all: readonly SourceCount[]): SourceCount[] =>
  all.filter(each => each !== of && each.to > to - LONG)

/** Without one that took its place. */
const othersHeard = ({ of, from, to, open }: Silence, all: readonly SourceCount[]): boolean =>
  all.some(
    each =>
      each !== of &&
      each.count >= LEAST_ROWS &&
      each.to > to - LONG / 2 &&
      each.longestSilence < (to - from) / 2,
  ) && !(open && all.some(each => each.from > from))
