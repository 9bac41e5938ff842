/**
 * frequency-learned-from-a-jump: ntpd divides an offset by the time since its last update; if the offset came at once, the quotient
 * is nonsense. So it is where the clock was wrong when ntpd started, and ntpd may only slew it. And while it slews a jump away its loop
 * takes that for a rate, too, by less.
 */
import { isOvershoot } from '#analysis/log/rate/learned-at-start.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { learnedWhileSlewed } from './learned-while-slewed.ts'

const IMPOSSIBLE: Rate = 500e-6
const BEYOND_CLOCKS: Rate = 5000e-6
const LONG: Seconds = 1800

export const frequencyLearnedFromAJump: Rule = subject => {
  const [found = []] = [nonsensical, overshot, learnedWhileSlewed]
    .map(each => each(subject))
    .filter(({ length }) => length > 0)
  return found
}

function nonsensical({ log, keeper, disturbances, when }: Subject): Finding[] {
  const nonsense = log.events
    .of('frequency-set')
    .filter(({ size, daemon }) => daemon === keeper.daemon && Math.abs(size) > IMPOSSIBLE)
  const first = nonsense[0]
  if (!first || keeper.daemon === 'chrony') return []
  // A clock may really be that far off; then there is no jump.
  if (disturbances.clock.length === 0 && Math.abs(first.size) < BEYOND_CLOCKS) return []
  if (disturbances.rate !== undefined && isNear(first.size, disturbances.rate)) return []
  return [
    {
      name: 'frequency-learned-from-a-jump',
      severity: 'warning',
      from: first.at,
      to: nonsense.at(-1)!.at,
      what: `At ${when(first.at)} ${keeper.name} computed a frequency of ${rate(first.size)}: it took a jump for a rate.`,
      measures: { frequency: first.size, count: nonsense.length },
      evidence: nonsense.slice(0, 4).map(evidenceOf),
      cost: 'The frequency stands at ±500 ppm afterwards, and the clock runs away with it until ntpd has learned again; the drift file keeps it.',
      causes: [
        {
          what: 'the clock jumped, or was far off, during ntpd’s first minutes',
          why: 'only then is a frequency computed from one offset',
        },
      ],
      remedy: forget(keeper),
      confirm: 'The drift file says ±500.',
    },
  ]
}

/** Beyond zero, and hours until it was back. */
function overshot({ log, keeper, when }: Subject): Finding[] {
  const learned = log.updatesOf(keeper.daemon)?.firstRate.learned
  const ways = (log.bestSamples(keeper.daemon) ?? log.updatesOf(keeper.daemon))?.ways.all ?? []
  const beyond = ways.filter(way => isOvershoot(way, learned) && way.to - way.from > LONG)
  if (!learned || beyond.length === 0) return []
  const { at, offset, frequency } = learned
  const from = Math.min(...beyond.map(way => way.from))
  const to = Math.max(...beyond.map(way => way.to))
  const most = beyond.reduce((a, b) => (Math.abs(b.most) > Math.abs(a.most) ? b : a)).most
  return [
    {
      name: 'frequency-learned-from-a-jump',
      severity: 'warning',
      from: at,
      to,
      what: `At ${when(at)} ${keeper.name} took the ${amount(Math.abs(offset))} that the clock was ${offset > 0 ? 'behind' : 'ahead'} for a rate, of ${rate(frequency)}: the clock then went ${amount(Math.abs(most))} to the other side, and was far off there for ${duration(to - from)}.`,
      measures: { frequency, size: most, time: to - from },
      evidence: [
        { text: `${when(at)}  offset ${signed(offset)}, frequency ${rate(frequency)}` },
        ...beyond.map(way => ({ text: `${when(way.from)}  offset ${signed(way.first)}` })),
      ].slice(0, 4),
      cost: 'All that this machine stamped meanwhile is wrong by up to that.',
      causes: [
        {
          what: 'the clock was wrong when ntpd started without a drift file, and may only be slewed (-x), or by less than it steps',
          why: 'that rate is what the clock was off, divided by the minutes since the start',
        },
      ],
      remedy: forget(keeper),
      confirm:
        'loopstats: the offset of its second row, divided by the time since the first, is the frequency.',
    },
  ]
}

const forget = (keeper: Keeper) =>
  configure(keeper, 'Stop ntpd, remove its drift file, set the clock, start it again with -g and iburst.', [
    'rm /var/lib/ntp/ntp.drift',
    'ntpd -g',
  ])

/** It is told from some minutes, in which the clock was set, too. */
const isNear = (computed: Rate, rate: Rate): boolean => Math.abs(computed - rate) < 0.3 * Math.abs(rate)
