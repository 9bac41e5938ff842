/**
 * frequency-far-off: chronyd holds a clock whose rate is more than 500 ppm off, which no crystal is and ntpd could not
 * correct. The clock is right, and its machine is not; less, but more than any crystal, is a note. Or the messages of a daemon alone show that it sets the clock again
 * and again, to one side, as a clock needs that goes wrong faster than the daemon can make up for.
 */
import type { Correction } from '#analysis/log/corrections/corrections.ts'
import { rateToldBy } from '#analysis/log/disturbances/told.ts'
import type { UpdateSeries } from '#analysis/log/host-log.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'
import { onlyWatches } from './only-watches.ts'

const FAR: Rate = 500e-6
/** Crystals are within 100 ppm; of a counter that was calibrated in a hurry some more is usual. */
const UNUSUAL: Rate = 200e-6
/** What is learned wrongly is unlearned by then. */
const LONG: Seconds = 3 * 3600
/** What the clock ran by until a jump was undone changes its size by less. */
const ROUGHLY = 0.3

export const frequencyFarOff: Rule = subject => [
  ...changed(subject),
  ...changedOften(subject),
  ...held(subject),
  ...notHeld(subject),
]

interface Loss {
  /** Positive: the clock loses. */
  readonly rate: Rate
  readonly all: readonly Correction[]
}

const CAUSE = {
  what: 'the kernel believes in a wrong rate of its counter: a TSC after a migration, a bad calibration at boot',
  why: 'crystals are within 100 ppm',
}
const LOOK = ['cat /sys/devices/system/clocksource/clocksource0/current_clocksource', 'dmesg | grep -i tsc']

/** As its saw-tooth shows it, or its messages where there are no measurements. */
function lossOf({ log, keeper, disturbances: { runsAway, own, clock } }: Subject): Loss | undefined {
  const undoes = (step: Correction) =>
    clock.some(
      ({ size, local }) => step.at >= local.from && Math.abs(step.size - size) < ROUGHLY * Math.abs(size),
    )
  if (runsAway !== undefined) return { rate: runsAway, all: own.filter(step => !undoes(step)) }
  const measured = log.bestSamples(keeper.daemon) ?? log.updatesOf(keeper.daemon)
  return measured ? undefined : rateToldBy(log, keeper.daemon)
}

function notHeld(subject: Subject): Finding[] {
  const { keeper } = subject
  const lost = lossOf(subject)
  if (!lost) return []
  const { rate: loss, all } = lost
  const most = Math.max(...all.map(({ size }) => Math.abs(size)))
  return [
    {
      name: 'frequency-far-off',
      severity: 'critical',
      from: all[0]!.at,
      to: all.at(-1)!.at,
      what: `This clock ${loss < 0 ? 'gains' : 'loses'} about ${rate(Math.abs(loss)).slice(1)} beyond what ${keeper.name} makes up for: it was found wrong ${all.length} times, by up to ${duration(most)}.`,
      measures: { frequencyError: -loss, count: all.length, most },
      evidence: all
        .slice(0, 4)
        .map(({ size, file, line }) => ({ text: `wrong by ${signed(size)}`, file, line })),
      cost: `The clock is wrong by up to ${duration(most)} all the time, and is set again and again.`,
      causes: [
        CAUSE,
        {
          what: 'ticks of the guest’s timer are lost while its host is busy',
          why: 'if the clock only ever loses',
        },
        {
          what: 'a source that is wrong by a rate is followed',
          why: 'if another host with that source does the same',
        },
      ],
      remedy: configure(
        keeper,
        'Look at the clock source of the guest, and choose that of its hypervisor.',
        LOOK,
      ),
      confirm: '`clockwright drift HOST` with the daemon stopped; loopstats or tracking.log of some hours.',
    },
  ]
}

/** At once, by more than any crystal does. */
function changed({ log, keeper, when, disturbances }: Subject): Finding[] {
  const change = log.rateChangeOf(keeper.daemon)
  if (!change) return []
  const { from, to, before, after, held } = change
  const by = before - after
  const steps = disturbances.own.filter(({ at }) => held !== undefined && at > from && at <= held).length
  const never = held !== undefined && held > log.span!.to
  return [
    {
      name: 'frequency-far-off',
      severity: never ? 'critical' : 'warning',
      from,
      to: held === undefined ? to : Math.min(held, log.span!.to),
      what: `The rate of this clock changed by ${rate(by)} at about ${when(from)}: by itself it ${wayOf(before)} before, and ${wayOf(after)} since then.${never ? ` ${keeper.name} had not made up for that when the log ends.` : ''}`,
      measures: { frequencyError: -after, change: by },
      evidence:
        held === undefined
          ? [
              {
                text: `${keeper.name} corrected ${rate(before)} until ${when(from)}, and ${rate(after)} from ${when(to)} on`,
              },
            ]
          : [
              { text: `${keeper.name} corrected ${rate(before)} until ${when(from)}` },
              {
                text: `from then on the clock ran away from most sources${never ? '' : `, until about ${when(held)}`}`,
              },
              ...(steps > 0 ? [{ text: `${steps} steps meanwhile` }] : []),
            ],
      cost: `Until ${keeper.name} had learned the new rate the clock ran away by ${duration(Math.abs(by) * 60)} in each minute.`,
      causes: [
        {
          what: 'the guest was moved to another host, whose counter has another rate than its kernel was told',
          why: 'no crystal changes by so much at once',
        },
        {
          what: 'another program set the rate of the kernel’s clock (adjtimex)',
          why: 'if the guest stayed where it was',
        },
      ],
      remedy: configure(
        keeper,
        'Choose the clock source of the hypervisor, which knows the rate of each host; a reboot on the present host calibrates the counter anew.',
        LOOK,
      ),
      confirm: 'The events of the hypervisor at that time; `clockwright drift HOST` with the daemon stopped.',
    },
  ]
}

/** Some of them may be one: while the first is learned another poll shows the rest. */
function changedOften({ log, keeper, when, disturbances: { rateSteps } }: Subject): Finding[] {
  const [first] = rateSteps
  if (!first || log.rateChangeOf(keeper.daemon)) return []
  const most = rateSteps.reduce((a, b) => (Math.abs(b.by) > Math.abs(a.by) ? b : a))
  return [
    {
      name: 'frequency-far-off',
      severity: 'warning',
      from: first.at,
      to: rateSteps.at(-1)!.at,
      what: `The rate of this clock changes at once, by up to ${rate(Math.abs(most.by)).slice(1)}, first at about ${when(first.at)}: that is seen ${rateSteps.length} times.`,
      measures: { change: -most.by, count: rateSteps.length },
      evidence: rateSteps.slice(0, 4).map(({ at, by, is: { size, lines } }) => ({
        text: `${when(at)}  ${signed(size)} further off than at the poll before, and from then on ${keeper.name} corrects ${rate(by)} more`,
        ...lines[0],
      })),
      cost: `Until ${keeper.name} has learned a new rate the clock runs away by ${duration(Math.abs(most.by) * 60)} in each minute.`,
      causes: [
        {
          what: 'the guest is moved between hosts whose counters have other rates than its kernel was told',
          why: 'no crystal changes by so much at once',
        },
        {
          what: 'another program sets the rate of the kernel’s clock (adjtimex)',
          why: 'if the guest stays where it is',
        },
      ],
      remedy: configure(
        keeper,
        'Choose the clock source of the hypervisor, which knows the rate of each host; with shorter polls the clock runs less far.',
        [...LOOK, 'server … iburst minpoll 4 maxpoll 6'],
      ),
      confirm:
        'The events of the hypervisor at those times; `clockwright drift HOST` with the daemon stopped.',
    },
  ]
}

const wayOf = (correction: Rate): string =>
  `${correction < 0 ? 'gained' : 'lost'} ${rate(Math.abs(correction)).slice(1)}`

function held(subject: Subject): Finding[] {
  const { log, keeper } = subject
  const updates = log.updatesOf(keeper.daemon)
  if (!updates || log.rateChangeOf(keeper.daemon)) return []
  if (keeper.daemon !== 'chrony' || !(Math.abs(updates.frequency.mean) > FAR))
    return unusual(subject, updates)
  const error = -updates.frequency.mean
  return [
    {
      name: 'frequency-far-off',
      severity: 'warning',
      from: updates.from,
      to: updates.to,
      what: `This clock ${error > 0 ? 'gains' : 'loses'} ${rate(Math.abs(error)).slice(1)} by itself; ${keeper.name} corrects that, and ntpd could not.`,
      measures: { frequencyError: error },
      evidence: [
        {
          text: `frequency between ${rate(updates.frequency.least)} and ${rate(updates.frequency.most)} in ${updates.frequency.count} updates`,
        },
      ],
      cost: 'None while chronyd runs. Without it the clock is off by minutes a day, and so is each wait by the counter.',
      causes: [CAUSE],
      remedy: configure(
        keeper,
        'Look at the clock source of the guest; a reboot on the present host calibrates it anew.',
        LOOK,
      ),
      confirm: '`clockwright drift HOST` with chronyd stopped.',
    },
  ]
}

/** Held all the time, and no trouble: but no crystal is so, and ntpd and the kernel end at 500 ppm. */
function unusual(subject: Subject, updates: UpdateSeries): Finding[] {
  const { log, keeper, disturbances } = subject
  const level = updates.frequencyHeld ?? 0
  const off = Math.abs(level)
  // What ntpd learned from jumps, or swings through, is no rate of the clock.
  const short = updates.to - updates.from < LONG
  if (!(off > UNUSUAL) || short || disturbances.oscillation) return []
  if (updates.saturation.rows > 0 || log.events.of('frequency-error').length > 0) return []
  return [
    {
      name: 'frequency-far-off',
      severity: 'note',
      from: updates.from,
      to: updates.to,
      what: `This clock ${level < 0 ? 'gains' : 'loses'} ${rate(off).slice(1)} by itself: no crystal is so far off. ${keeper.name} ${onlyWatches(subject) ? 'only watches' : 'corrects that'}${keeper.daemon === 'ntpd' ? `, and has ${rate(FAR - off).slice(1)} left` : '; ntpd would have little left'}.`,
      measures: { frequencyError: -level },
      evidence: [
        {
          text: `the correction is ${rate(level)} within a tenth, nearly all the time, in ${updates.rows} updates`,
        },
      ],
      cost: `${onlyWatches(subject) ? 'Where nobody corrects it' : `None while ${keeper.name} runs. Without it`} the clock is off by ${duration(off * 86_400)} a day.`,
      causes: [CAUSE],
      remedy: configure(
        keeper,
        'Look at the clock source of the guest; a reboot on the present host calibrates it anew.',
        LOOK,
      ),
      confirm: '`clockwright drift HOST` with the daemon stopped.',
    },
  ]
}
