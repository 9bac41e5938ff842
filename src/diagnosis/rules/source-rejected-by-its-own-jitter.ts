/**
 * source-rejected-by-its-own-jitter: after a jump of more than about 1.5 s ntpd's clock filter holds old and new offsets
 * side by side; their scatter counts in the root distance, which passes the limit of 1.5 s, and the source is not
 * selectable until the old ones have left: seven or eight polls. chronyd has a limit for the scatter too (maxjitter).
 */
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { isBefore, orderOf } from '#analysis/log/order/line-order.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { EventName, LogEvent } from '#core/trace/series.ts'
import type { Finding } from '../finding.ts'
import { configure, forgetJumps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { slewedBlindly } from './slewed-blindly.ts'

const LARGE: Seconds = 1
/** Eight polls, of 1024 s at most; what lasts longer has another reason. */
const SOON: Seconds = 4 * 3600

interface Rejection {
  readonly lost: LogEvent
  readonly again: LogEvent | undefined
  /** ntpd had set the clock by then, and with that forgets all that it has measured: nothing old is left to scatter. */
  readonly forgotten: boolean
}

/** When the sources were heard, and none was fit to be followed. */
export function rejections(subject: Subject): Rejection[] {
  const { log, keeper, disturbances } = subject
  const mine = (...whats: readonly EventName[]) =>
    log.events
      .of(...whats)
      .filter(event => event.daemon === keeper.daemon)
      .sort((a, b) => a.at - b.at)
  const events = mine('no-source').filter(({ text }) => !FOR_ANOTHER_REASON.test(text))
  const order = orderOf(log, keeper.daemon)
  const ends = mine('selected', 'panic')
  const byLine = ends.toSorted((a, b) => order * (a.line - b.line))
  return disturbances.clock.flatMap(each => {
    // chronyd forgets its sources when it notices a step; then it has none for another reason.
    if (Math.abs(each.size) < LARGE || (each.moved === 'wall clock' && !each.wentBack)) return []
    const againAfter = (lost: LogEvent) =>
      byLine.find(end => end.file === lost.file && isBefore(lost, end, order)) ??
      ends.find(end => isBefore(lost, end, order))
    const lost = events.find(
      one => one.at >= each.local.from - 5 && one.at < each.local.to + SOON && againAfter(one)?.at !== one.at,
    )
    const again = lost && againAfter(lost)
    return lost && (again?.at ?? lost.at) - lost.at < SOON
      ? [{ lost, again, forgotten: isForgotten(lost, each, subject) }]
      : []
  })
}

/** By a step since the jump, not by the one that ended the jump before; a row of loopstats may bear the second after its words. */
const isForgotten = (lost: LogEvent, { local }: Disturbance, { keeper, disturbances }: Subject): boolean =>
  keeper.daemon === 'ntpd' &&
  disturbances.own.some(({ by, at }) => by === 'step' && at > local.from && at <= lost.at + 1)

/** They contradict each other, too few are right, or they do not answer. */
const FOR_ANOTHER_REASON = /majority|not enough|required source|: no sources|\([1-9]\d* unreachable/

export const sourceRejectedByItsOwnJitter: Rule = subject => [
  ...rejectedAfterJumps(subject),
  ...slewedBlindly(subject),
]

function rejectedAfterJumps(subject: Subject): Finding[] {
  const { keeper } = subject
  const found = rejections(subject).filter(({ forgotten }) => !forgotten)
  if (found.length === 0 || found.length > 50) return []
  const noisy = subject.log.events.of('jitter-too-high').filter(({ daemon }) => daemon === keeper.daemon)
  const longest = Math.max(...found.map(({ lost, again }) => (again ? again.at - lost.at : 0)))
  return [
    {
      name: 'source-rejected-by-its-own-jitter',
      severity: 'warning',
      from: found[0]!.lost.at,
      to: found.at(-1)!.again?.at ?? found.at(-1)!.lost.at,
      what: `After the jump ${keeper.name} used no source${longest > 0 ? ` for ${duration(longest)}` : ''}: the jump itself made them look too noisy.`,
      measures: { time: longest, count: found.length },
      evidence: found
        .slice(0, 3)
        .flatMap(({ lost, again }) => [
          lost,
          // chronyd says of each source why it is not fit.
          ...noisy.filter(({ at }) => at >= lost.at && at <= (again?.at ?? lost.at + SOON)).slice(0, 2),
          ...(again ? [again] : []),
        ])
        .map(evidenceOf),
      cost: 'The correction waits until the old measurements are forgotten.',
      causes: [
        {
          what: 'old and new offsets in one filter: their scatter is as large as the jump',
          why:
            keeper.daemon === 'chrony'
              ? 'above maxjitter (1 s)'
              : 'it counts in the root distance, whose limit is 1.5 s',
        },
      ],
      remedy:
        keeper.daemon === 'chrony'
          ? forgetJumps(keeper)
          : configure(
              keeper,
              keeper.asksOften
                ? 'Raise the limit of the root distance: it asks often already, and the wait is eight polls.'
                : 'Shorten the polls (the wait is eight of them), or raise the limit of the root distance.',
              [...(keeper.asksOften ? [] : ['server … iburst minpoll 4 maxpoll 6']), 'tos maxdist 16'],
            ),
      confirm:
        keeper.daemon === 'chrony'
          ? 'measurements.log: measurements go on while chronyd follows none; statistics.log: the standard deviation after the jump is as large as the jump.'
          : 'peerstats: the jitter of the first line after the jump is as large as the jump, and the status loses its reach.',
    },
  ]
}
