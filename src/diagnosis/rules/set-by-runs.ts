/**
 * no-daemon, told by its logs: a program that sets the clock once and ends is started again and again, and between two runs the clock
 * goes wrong as it likes. Whether ntpdate set anything at all its own lines do not tell: with -q it says the same.
 */

import { type Loop, loopOf } from '#analysis/log/corrections/runs.ts'
import { foughtBy } from '#analysis/log/disturbances/fought.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Cause, Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { commandRun } from './command-run.ts'

/** What a run puts right is then no trouble. */
const LITTLE: Seconds = 0.01
/** No crystal is so far off, nor a counter that was calibrated in a hurry. */
const UNUSUAL: Rate = 200e-6
/** adjtime of the kernel. */
const FASTEST_SLEW: Rate = 500e-6

export const setByRuns: Rule = subject => {
  const loop = loopOf(subject.log, subject.keeper.daemon)
  // Where another program undoes what the runs do, what they find is no rate.
  if (!loop || loop.usual < LITTLE || foughtBy(subject.log, subject.keeper.daemon)) return []
  return [loop.grows ? notSet(loop, subject) : isFarOff(loop) ? farOff(loop, subject) : set(loop, subject)]
}

const isFarOff = ({ rate }: Loop): boolean => Math.abs(rate) > UNUSUAL

const set = (loop: Loop, subject: Subject): Finding => ({
  ...told(loop, subject),
  name: 'no-daemon',
  severity: 'warning',
  what: `Nobody keeps this clock: runs of ${commandRun(subject.keeper)}, every ${duration(loop.every)}, set it, and between two of them it ${wayOf(loop)} ${rate(Math.abs(loop.rate)).slice(1)}, which is ${amount(loop.usual)}.`,
  cost: 'Before each run all stamps are wrong by that; what is stepped makes time jump.',
  causes: [
    { what: 'the clock drifts, as any does that nobody keeps', why: `${loop.runs.length} runs found it off` },
    ...onlyAsked(subject),
  ],
  remedy: configure(
    subject.keeper,
    'Let a daemon keep the clock in place of the runs: it learns the rate, and corrects it all the time.',
    ['systemctl enable --now chronyd   (chrony on Debian; and take the job out of cron)'],
  ),
  confirm: '`clockwright drift HOST` between two runs.',
})

const farOff = (loop: Loop, subject: Subject): Finding => ({
  ...set(loop, subject),
  name: 'frequency-far-off',
  severity: 'critical',
  what: `This clock ${wayOf(loop)} about ${rate(Math.abs(loop.rate)).slice(1)}, which no crystal does: ${loop.runs.length} runs of ${commandRun(subject.keeper)}, every ${duration(loop.every)}, found it wrong by ${amount(loop.usual)} each time.`,
  causes: [
    {
      what: 'the kernel believes in a wrong rate of its counter: a TSC after a migration, a bad calibration at boot',
      why: 'crystals are within 100 ppm',
    },
    {
      what: 'ticks of the guest’s timer are lost while its host is busy',
      why: 'if the clock only ever loses',
    },
    ...onlyAsked(subject),
  ],
  remedy: configure(
    subject.keeper,
    `Look at the clock source of the guest, and choose that of its hypervisor. ${Math.abs(loop.rate) > FASTEST_SLEW ? 'ntpd could not correct so much, chronyd can.' : 'A daemon corrects the rate, runs do not.'}`,
    ['cat /sys/devices/system/clocksource/clocksource0/current_clocksource', 'dmesg | grep -i tsc'],
  ),
})

const notSet = (loop: Loop, subject: Subject): Finding => {
  const [first, last] = [loop.runs[0]!, loop.runs.at(-1)!]
  const slewed = loop.runs.every(({ what }) => what === 'slew-begun')
  return {
    ...told(loop, subject),
    name: 'never-corrected',
    severity: Math.abs(last.size) > 1 ? 'critical' : 'warning',
    what: `Each run of ${commandRun(subject.keeper)} found the clock further off than the one before, from ${signed(first.size)} to ${signed(last.size)}: ${slewed ? 'nothing corrects it enough' : 'nothing set it'}. It goes away by ${rate(Math.abs(loop.rate)).slice(1)}.`,
    measures: { ...told(loop, subject).measures, size: last.size },
    cost: 'All that this machine stamps is wrong by that.',
    causes: [
      {
        what: `${commandRun(subject.keeper)} was told only to ask (-q), or may not set the clock`,
        why: 'what it found grew from run to run',
      },
      ...(slewed
        ? [
            {
              what: 'it does slew the clock, and 500 ppm, which is what the kernel slews, do not suffice',
              why: 'if the job runs without -q: then the clock is off by so much more',
            },
          ]
        : []),
    ],
    remedy: configure(subject.keeper, 'Let a daemon keep the clock in place of the runs.', [
      'systemctl enable --now chronyd   (chrony on Debian)',
    ]),
    confirm: 'The line of the job: crontab -l, systemctl list-timers.',
  }
}

const wayOf = ({ rate }: Loop): string => (rate < 0 ? 'gains' : 'loses')

const onlyAsked = ({ keeper }: Subject): readonly Cause[] =>
  keeper.daemon === 'other'
    ? [
        {
          what: `${keeper.name} was run with -q, and the clock is wrong by that all the time`,
          why: 'with -q it ends with the same line and sets nothing; the line of the job tells which it was',
        },
      ]
    : []

const told = ({ runs, rate, every, usual }: Loop, { log }: Subject) => ({
  from: runs[0]!.at,
  to: log.span?.to ?? runs.at(-1)!.at,
  measures: { frequencyError: -rate, count: runs.length, every, usual },
  evidence: runs.slice(1, 5).map(evidenceOf),
})
