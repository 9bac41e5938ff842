/**
 * wrong-for-hours: what no other rule tells. The clock was tens of milliseconds off for an hour and more in all: it swings without
 * a rhythm, drifts, or stands beside the time. Whatever the reason, such a clock is not good. But a daemon that settles slowly at its
 * start does what it can: that is a note.
 */
import type { Astray } from '#analysis/log/corrections/astray.ts'
import { LEFT_OFF, SET_RIGHT } from '#analysis/log/disturbances/sleeps.ts'
import type { HostLog } from '#analysis/log/host-log.ts'
import { wasLearning } from '#analysis/log/rate/learned-at-start.ts'
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Subject } from '../subject.ts'
import { mendDistance } from '../too-distant.ts'
import { nobodyFollowed } from './none-near-enough.ts'

/** A daemon that started with a clock as wrong as it may slew has settled by then: in hundreds of quiet runs within 20 minutes. */
const LONG: Seconds = 3600
const CRITICAL: Seconds = 1
/** Until ntpd has stepped, and slewed away what the step left; at long polls. */
const SETTLED: Seconds = 2 * SET_RIGHT

/** For a host of which nothing else is wrong. */
export function wrongForHours(subject: Subject): Finding | undefined {
  const {
    log,
    keeper,
    when,
    disturbances: { sleeps },
  } = subject
  // Measurements of chronyd are against what it has corrected in its head, and its updates know what is left of that.
  const [astray] = [log.bestSamples(keeper.daemon), log.updatesOf(keeper.daemon)]
    .flatMap(series => series?.astray ?? [])
    .toSorted((a, b) => b.time - a.time)
  if (!astray || astray.time < LONG) return undefined
  const { time, from, to, most, off } = astray
  const settles = wasSettling(astray, log, keeper.daemon)
  const slept = time <= sleeps.length * SETTLED && Math.abs(most) <= LEFT_OFF
  const known = settles || slept
  const nobody = known ? undefined : nobodyFollowed(subject)
  const mend = mendDistance(keeper.daemon)
  return {
    name: 'wrong-for-hours',
    severity: known ? 'note' : Math.abs(most) > CRITICAL ? 'critical' : 'warning',
    from,
    to,
    what: `The clock was more than ${duration(off)} off for ${amount(time)} in all, between ${when(from)} and ${when(to)}, at worst by ${signed(most)}${settles ? `, until ${keeper.name} had settled` : slept ? ', after the machine had slept' : `, ${nobody?.words ?? 'and these logs do not show why'}`}.`,
    measures: { time, size: most },
    evidence: [
      {
        text: `from one measurement to the next off to the same side, for ${duration(time)} of ${duration(to - from)}`,
      },
    ],
    cost: `All that was stamped meanwhile is wrong by up to ${duration(Math.abs(most))}.`,
    causes: [
      ...(settles
        ? [
            {
              what: `${keeper.name} had begun a short time before, with an offset below its step threshold and a rate that it had to learn`,
              why: 'it is off at the beginning of the log only, and never since then',
            },
          ]
        : []),
      ...(slept
        ? [
            {
              what: `the hardware clock set it when the machine went on, and ${keeper.name} did not ask for some time, or waited before it stepped`,
              why: 'it is off after sleeps only as long as that takes',
            },
          ]
        : []),
      ...(nobody?.causes ?? []),
      {
        what: 'the rate of the clock changes faster than the daemon looks: long polls, a virtual timer that follows the load',
        why: 'no jump is seen, and the offset comes and goes',
      },
      {
        what: 'nobody corrects it: the daemon only watches, or may not set the clock',
        why: 'if the offset stays, or grows without end',
      },
      {
        what: 'the sources are wrong, and the clock is right',
        why: 'if there are few of them, or of one operator',
      },
    ],
    remedy: nobody
      ? configure(keeper, mend.text, mend.changes)
      : configure(
          keeper,
          'Shorten the polls, so that the daemon follows the clock; chronyd follows a clock whose rate changes sooner than ntpd.',
          ['server … iburst minpoll 4 maxpoll 6'],
        ),
    confirm:
      '`clockwright query` with other servers; `clockwright drift HOST`: whether its rate changes with the load.',
  }
}

/** What is slewed at polls of some minutes, with a rate that has to be learned as well, takes hours. */
function wasSettling(astray: Pick<Astray, 'from' | 'to' | 'most'>, log: HostLog, daemon: Daemon): boolean {
  const updates = log.updatesOf(daemon)
  const { span } = log
  if (!span) return false
  const { from, to, most } = astray
  return (
    (from - span.from < LONG || (updates !== undefined && wasLearning(astray, updates.firstRate))) &&
    to - span.from < (2 * (span.to - span.from)) / 3 &&
    Math.abs(most) < STEP_THRESHOLD
  )
}
