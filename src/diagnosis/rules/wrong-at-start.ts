/**
 * wrong-at-start: a daemon found the clock seconds off when it started. That is what it is started for, but the clock was
 * wrong before: all that was stamped since the boot, or since the daemon had ended. Or ntpdate did, which is run once, or by
 * cron: between two runs nothing keeps the clock. Once it is a note; where each start finds it wrong by the better part of an hour, or more, so
 * will the next.
 */
import type { Correction } from '#analysis/log/corrections/corrections.ts'
import {
  decidedAt,
  firstFoundWrong,
  rowsOfStarts,
  saidStarts,
  wrongAtStarts,
} from '#analysis/log/corrections/corrections-said.ts'
import { rateToldBy } from '#analysis/log/disturbances/told.ts'
import { SLACK } from '#analysis/log/order/eras.ts'
import { grouped } from '#core/grouped.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { type Subject, seenStarts } from '../subject.ts'

/** No crystal is off by that between two boots: what the clock starts with is wrong. */
export const HOURS: Seconds = 1800
/** A daemon has set the clock by then. */
const SOON: Seconds = 600
const DAY: Seconds = 86_400
/** From the row with which chronyd starts to its first update. */
const AT_ONCE: Seconds = 60
/** Two lines are written in one second. */
const ANSWERED: Seconds = 10
/** Where no daemon said that it was worth a step. */
const LEAST: Seconds = 1

export const wrongAtStart: Rule = subject => {
  const { log, keeper, when } = subject
  const all = wrongAtStarts(log, keeper.daemon)
  const [worst] = all.toSorted((a, b) => Math.abs(b.size) - Math.abs(a.size))
  const once = worst ? undefined : setOnce(subject)
  const leapt = leaptBySync(subject)
  const seenStart = measuredAtStart(subject) ?? updatedAtStart(subject)
  const found = worst ?? once ?? leapt ?? seenStart ?? measuredFirst(subject)
  if (!found) return []
  const { size } = found
  const at = found === worst ? trueTimeOf(worst, saidStarts(log, keeper.daemon)) : found.at
  const again = all.filter(each => Math.abs(each.size) >= HOURS).length
  const begins =
    worst || leapt || (seenStart && !once)
      ? `When ${keeper.name} started, at`
      : once
        ? 'When a program set the clock, at'
        : 'Where its measurements begin,'
  return [
    {
      name: 'wrong-at-start',
      severity: once || again > 1 ? 'warning' : 'note',
      from: at,
      to: at,
      what: `${begins} ${when(at)}, the clock was ${amount(Math.abs(size))} ${size > 0 ? 'behind' : 'ahead'}${again > 1 ? `, the worst of ${again} starts that found it wrong by half an hour or more` : ''}.`,
      measures: { size, count: Math.max(1, all.length) },
      evidence: (again > 1 ? all.slice(0, 4) : [found]).map(seen),
      cost: 'What was stamped between the boot and this moment is wrong by that.',
      causes: [
        ...(once
          ? [
              {
                what: 'nobody had kept the clock since it was set last',
                why: 'such a program sets it and ends',
              },
            ]
          : []),
        {
          what: 'the hardware clock, or what the hypervisor shows as such, is wrong or in another zone',
          why: 'the system clock is set from it at the boot',
        },
        {
          what: 'the machine had been paused or restored, and no daemon ran',
          why: 'if it had not been booted',
        },
      ],
      remedy: configure(
        keeper,
        once
          ? 'Let a daemon keep the clock, instead of a program that sets it now and then; it corrects what goes wrong in between.'
          : 'Let the hardware clock follow the system clock, and let services that need the time wait for it.',
        [
          keeper.daemon === 'chrony' ? FOLLOWED_BY_CHRONY : 'hwclock --systohc',
          'systemctl enable chrony-wait   (or systemd-time-wait-sync, or clockwright wait)',
        ],
      ),
      confirm:
        worst || keeper.daemon !== 'chrony'
          ? '`hwclock` beside `date`, after a boot.'
          : 'tracking.log, which says whether this was stepped or is still being slewed: measurements are the same in both.',
    },
  ]
}

/** ntpd tells of a step by the clock as it was: minutes after its start by that clock, and further away from it by the one that was set. */
function trueTimeOf(step: Correction, starts: readonly Seconds[]): Seconds {
  const isSoon = (at: Seconds) => starts.some(start => at >= start && at < start + SOON)
  // Stamps of a clock that is further off may be of another year.
  const asItWas = isSoon(step.at) && !isSoon(decidedAt(step)) && Math.abs(step.size) < DAY
  return step.by === 'step' && asItWas ? step.at + step.size : step.at
}

/** What sets a clock and ends; where it does so again and again to one side, that is a rate. */
const setOnce = ({ log, keeper }: Subject): Found | undefined => {
  if (keeper.daemon !== 'other' || rateToldBy(log, keeper.daemon)) return undefined
  const first = firstFoundWrong(log, keeper.daemon)
  return first && Math.abs(first.size) >= LEAST ? first : undefined
}

/**
 * systemd-timesyncd does not tell that it sets the clock, but before that it says that it has an answer, and after that what time it is: of
 * one answer, so that no time lies between these. Where the clock was ahead, the stamps go back (clock-went-back).
 */
function leaptBySync({ log, keeper }: Subject): Found | undefined {
  if (keeper.daemon !== 'timesyncd') return undefined
  const mine = log.events.all.filter(({ daemon }) => daemon === 'timesyncd')
  return [...grouped(mine, ({ file }) => file).values()]
    .flatMap(all => {
      const sorted = all.toSorted((a, b) => a.line - b.line)
      return sorted.slice(1).map((event, i) => ({ event, answer: sorted[i]! }))
    })
    .filter(({ event, answer }) => event.what === 'synchronised' && answer.what === 'selected')
    .map(({ event: { at, file, line }, answer }) => ({ at, size: at - answer.at, file, line }))
    .find(({ size }) => size >= ANSWERED)
}

/** A start that its statistics show, and what it had found then. */
function measuredAtStart(subject: Subject): Found | undefined {
  const { log, keeper, disturbances } = subject
  const starts = [...rowsOfStarts(log, keeper.daemon), ...seenStarts(subject)]
  const [worst] = disturbances.clock
    .filter(({ restarted, size }) => restarted && Math.abs(size) >= LEAST)
    .filter(({ local }) => starts.some(at => at >= local.from - SLACK && at <= local.to + SLACK))
    .sort((a, b) => Math.abs(b.size) - Math.abs(a.size))
  if (!worst) return undefined
  const { size, moved, to, lines } = worst
  // Of a machine that stood still that is when it began to.
  const at = size > 0 && moved === 'machine' ? to + size : to
  return { ...lines[0]!, at, size }
}

/** What chronyd corrected at its first update, by tracking.log alone. */
function updatedAtStart({ log, keeper }: Subject): Found | undefined {
  if (keeper.daemon !== 'chrony' || log.bestSamples('chrony')) return undefined
  const starts = rowsOfStarts(log, 'chrony')
  const [worst] = (log.updatesOf('chrony')?.corrections.sized ?? [])
    .filter(({ size }) => Math.abs(size) >= LEAST)
    .filter(({ at }) => starts.some(start => at >= start && at <= start + AT_ONCE))
    .toSorted((a, b) => Math.abs(b.size) - Math.abs(a.size))
  return worst
}

/** Without a word of its start: what the first measurements say, several in a row, and later ones no more. */
function measuredFirst({ log, keeper, disturbances }: Subject): Found | undefined {
  const series = log.bestSamples(keeper.daemon)
  const begins = series?.begins
  if (!series || !begins || disturbances.clock.some(({ local }) => local.to <= begins.at)) return undefined
  const way = series.ways.all.find(({ from, rows }) => from === begins.at && rows > 1 && rows < series.rows)
  return way && Math.abs(way.first) >= LEAST ? { ...begins, size: way.first } : undefined
}

const seen = ({ size, file, line }: Found) => ({
  text: `found wrong by ${amount(Math.abs(size))}`,
  file,
  line,
})

interface Found {
  readonly at: Seconds
  readonly size: Seconds
  readonly file: number
  readonly line: number
}

/** chronyd does not start with both, and its log does not say which of them it has. */
const FOLLOWED_BY_CHRONY =
  'rtcsync   (chrony.conf; where rtcfile is used, rtcautotrim 30 instead: the two exclude each other)'
