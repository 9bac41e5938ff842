/**
 * clock-went-back: a daemon ends, and when it is started again the stamps of its log are earlier. Nobody has told of a step, since
 * it was set while no daemon ran: by ntpdate, by the start of the daemon itself, by a person. systemd-timesyncd does not tell
 * of its own steps, and its stamps show those that go back.
 */

import { type Return, returnsOf } from '#analysis/log/order/returns.ts'
import { grouped } from '#core/grouped.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'

/** Summer time ends. */
const HOUR: Seconds = 3600
/** Zones differ from UTC by multiples of it. */
const QUARTER: Seconds = 900
const NEARLY: Seconds = 60
/** So soon a daemon that finds itself behind steps forward again: then the boot had been wrong. */
const START: Seconds = 600
/** From its first word to the first reply timesyncd takes less. */
const CONNECTING: Seconds = 120

export const stampsWentBack: Rule = subject => {
  const { log, keeper, when } = subject
  const mine = log.events.all.filter(({ daemon }) => daemon === keeper.daemon)
  const undone = ({ after, by }: Return) =>
    mine.some(
      ({ what, at, size }) =>
        what === 'stepped' && at > after.at && at - size < after.at + START && Math.abs(size - by) < 0.1 * by,
    )
  const all = [...grouped(mine, ({ file }) => file).values()]
    .flatMap(each => returnsOf(each, isReply))
    .filter(({ before, after, by }) => {
      const summerEnds = after.local === true && Math.abs(by - HOUR) < NEARLY
      return isOfOne(before, after) && !summerEnds
    })
    .filter(each => !undone(each))
  const [worst] = all.toSorted((a, b) => b.by - a.by)
  if (!worst) return []
  if (keeper.daemon === 'timesyncd') return [setItself(worst, all.length, subject)]
  const { before, after, by } = worst
  return [
    {
      name: 'clock-went-back',
      severity: 'warning',
      from: after.at,
      to: before.at,
      what: `${keeper.name} ended at ${when(before.at)} and was started again at ${when(after.at)}: the clock was set back meanwhile, by ${amount(by)} or somewhat more.`,
      measures: { size: -by, count: all.length },
      evidence: [evidenceOf(before), evidenceOf(after)],
      cost: 'Times were seen twice. Until then the clock was ahead by that, and the daemon did not correct it.',
      causes: [
        {
          what: 'ntpdate, or the start of the daemon, set the clock',
          why: 'it happened between its end and its start',
        },
        { what: 'a person set the clock', why: 'if nothing of that kind is in its start' },
      ],
      remedy: configure(
        keeper,
        'See why the daemon had left the clock ahead: the other findings, and what it followed.',
      ),
      confirm: 'What others logged at that moment.',
    },
  ]
}

const STARTS: readonly LogEvent['what'][] = ['started', 'version']
const HEARD: readonly LogEvent['what'][] = ['selected', 'synchronised']

/** Between the two nobody but the daemon, or whoever starts it, has set the clock. */
const isOfOne = (before: LogEvent, after: LogEvent): boolean =>
  (before.what === 'ended' && STARTS.includes(after.what)) || isReply(before, after)

const isReply = (before: LogEvent, after: LogEvent): boolean =>
  before.what === 'connecting' && HEARD.includes(after.what)

/** What it asked for came from a clock that had been ahead by what the stamps fall, and by the time until the reply. */
function setItself({ before, after, by }: Return, count: number, { keeper, when }: Subject): Finding {
  const zones = Math.ceil(by / QUARTER)
  const zone = zones * QUARTER - by < CONNECTING
  return {
    name: 'clock-went-back',
    severity: 'warning',
    from: after.at,
    to: before.at,
    what: `${keeper.name} set the clock back by ${amount(by)} or somewhat more: after ${when(before.at)}, by the clock as it was, came ${when(after.at)}, when it had heard its server.`,
    measures: { size: -by, count },
    evidence: [evidenceOf(before), evidenceOf(after)],
    cost: 'The clock was ahead by that until then, as a rule since the boot; times were seen twice.',
    causes: [
      ...(zone
        ? [
            {
              what: 'the hardware clock is kept in local time, or the hypervisor shows its guests local time',
              why: `with the time until the reply it may be ${duration(zones * QUARTER)}, which is the offset of a zone`,
            },
          ]
        : []),
      { what: 'the hardware clock was wrong', why: 'the system clock is set from it at the boot' },
      { what: 'somebody had set the clock', why: 'if the machine had not been booted' },
    ],
    remedy: configure(keeper, 'Keep the hardware clock in UTC, and write the right time into it.', [
      'timedatectl set-local-rtc 0',
      'hwclock --systohc --utc',
    ]),
    confirm: 'timedatectl: RTC time beside universal time, and RTC in local TZ.',
  }
}
