/**
 * clocks-fight: somebody sets the clock again and again, in a regular rhythm, and the daemon undoes it. Hypervisors' tools
 * that synchronise periodically do that, each minute or so, when the host's own clock is off; jobs of cron do at round times. Where the
 * other one writes into the same log it is named. Where nobody undoes it the clock was wrong before each time, and only who sets it
 * corrects it at all.
 */
import { type Fight, foughtBy } from '#analysis/log/disturbances/fought.ts'
import { jobToldBy, type ToldJob } from '#analysis/log/disturbances/told.ts'
import { upperMedian } from '#core/number/quantile.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Cause, Finding } from '../finding.ts'
import { type Keeper, keeperOf } from '../keeper.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { commandRun } from './command-run.ts'
import { isSetRight, onlyWatches } from './only-watches.ts'
import { type Regular, regularJumps } from './regular.ts'

const SHOWN = 5
const ROUNDS_SHOWN = 2

export const clocksFight: Rule = subject => {
  const { log, keeper } = subject
  const fight = foughtBy(log, keeper.daemon)
  if (fight) return isTold(fight, subject) ? [named(fight, subject)] : []
  const regular = regularJumps(subject.disturbances.clock)
  if (regular?.moved === 'wall clock')
    return [isSetRight(regular, subject) ? setRight(regular, subject) : jumped(regular, subject)]
  const job = log.bestSamples(keeper.daemon) ? undefined : jobToldBy(log, keeper.daemon)
  return job ? [byTheClock(job, subject)] : []
}

/** Once, and by the one that stays, where the other is run and ends. */
function isTold({ against }: Fight, { log, keeper }: Subject): boolean {
  const [mine, theirs] = [log.daemons.indexOf(keeper.daemon), log.daemons.indexOf(against)]
  return keeper.daemon !== 'other' && (against === 'other' || theirs < 0 || mine < theirs)
}

function named({ against, rounds, size, every }: Fight, { log, keeper }: Subject): Finding {
  const other = nameOf(keeperOf(log, against), rounds)
  return {
    name: 'clocks-fight',
    severity: 'critical',
    from: rounds[0]!.theirs.at,
    to: rounds.at(-1)!.mine.at(-1)!.at,
    what: `${other} and ${keeper.name} set this clock in turn, ${rounds.length} times, about every ${duration(every)}: ${other} ${wayOf(-size)} by ${amount(Math.abs(size))}, and ${keeper.name} ${wayOf(size)} again.`,
    measures: { size: -size, count: rounds.length, every },
    evidence: rounds.slice(0, ROUNDS_SHOWN).flatMap(({ theirs, mine }) => [theirs, ...mine].map(evidenceOf)),
    cost: `The clock is wrong by ${amount(Math.abs(size))} half of the time, whichever of the two is right.`,
    causes: [
      {
        what: `the sources of ${other} and of ${keeper.name} disagree`,
        why: 'what one sets the other undoes, by the same amount each time',
      },
    ],
    remedy: configure(
      keeper,
      `Let one of the two keep the clock: turn ${other} off, once you know whose sources are right.`,
      rounds.some(({ theirs }) => theirs.once)
        ? ['systemctl list-timers; crontab -l; ls /etc/cron.*']
        : ['systemctl list-units | grep -E "chron|ntp|timesync"'],
    ),
    confirm: '`clockwright query` of the servers of both; with one of them off the steps end.',
  }
}

const wayOf = (size: Seconds): string => (size > 0 ? 'forward' : 'back')

const nameOf = (keeper: Keeper, rounds: Fight['rounds']): string =>
  rounds.some(({ theirs }) => theirs.once) ? commandRun(keeper) : keeper.name

function jumped(regular: Regular, subject: Subject): Finding {
  const { keeper } = subject
  return {
    ...ofSomebody(-regular.size, keeper),
    ...often(regular, subject),
    causes: [
      ...jobOrTools(regular, TOOLS),
      { what: 'the counter leaps by quanta', why: 'if the polls move with it' },
    ],
    what: `${forward(regular)}, and ${keeper.name} ${onlyWatches(subject) ? 'only watches' : 'took it back each time'}.`,
  }
}

/** Nobody else corrects the clock: it loses, and comes to be right again and again. */
function setRight(regular: Regular, subject: Subject): Finding {
  const { keeper } = subject
  const watches = onlyWatches(subject)
  const { size, every } = regular
  const lost = duration(-size)
  const told = often(regular, subject)
  return {
    name: 'clocks-fight',
    severity: 'critical',
    ...told,
    what: `${forward(regular)}: each time it had lost that, about ${rate(-size / every).slice(1)}, which nothing else corrected.`,
    measures: { ...told.measures, frequencyError: size / every },
    evidence: [...(watches ? [evidenceOf(watches)] : []), ...told.evidence],
    cost: `Before each of them all stamps are wrong by up to ${lost}; what is stepped makes time jump.`,
    causes: [
      ...jobOrTools(regular, 'the tools of the hypervisor synchronise the guest periodically'),
      ...(keeper.daemon === 'other'
        ? [
            {
              what: 'a time daemon steps the clock, which loses more than it corrects',
              why: 'whoever wrote these offsets only measures',
            },
          ]
        : []),
    ],
    remedy: configure(
      keeper,
      'Let a daemon keep the clock in place of who sets it: it learns the rate, and corrects it all the time.',
      ['systemctl enable --now chronyd   (chrony on Debian)', 'crontab -l; systemctl list-timers'],
    ),
    confirm: '`clockwright drift HOST` between two of them.',
  }
}

const forward = ({ size, all, every }: Regular): string =>
  `Somebody set the clock forward by ${duration(-size)} at least ${all.length} times, about every ${duration(every)}`

function jobOrTools({ every, atRoundTimes }: Regular, tools: string): Cause[] {
  const byTools = { what: tools, why: `the same amount, every ${duration(every)}` }
  return atRoundTimes
    ? [{ what: JOB, why: `at one moment of each ${duration(every)}` }, byTools]
    : [byTools, { what: JOB, why: 'if the rhythm is a round number of minutes' }]
}

const often = ({ all, size, every }: Regular, { when }: Subject) => ({
  from: all[0]!.from,
  to: all.at(-1)!.to,
  measures: { size, count: all.length, every },
  evidence: all.slice(0, SHOWN).flatMap(each =>
    each.lines.map(({ file, line }) => ({
      text: `forward by ${duration(-each.size)} between ${when(each.from)} and ${when(each.to)}`,
      file,
      line,
    })),
  ),
})

/** Of what it finds a daemon tells a part at first. */
function byTheClock({ all, every, from, to }: ToldJob, { keeper, when }: Subject): Finding {
  const size = upperMedian(all.map(each => each.size))
  const most = Math.min(...all.map(each => each.size))
  return {
    ...ofSomebody(-most, keeper),
    causes: [
      { what: JOB, why: `at about one moment of each ${duration(every)}` },
      { what: TOOLS, why: 'if they do so as seldom' },
    ],
    from: all[0]!.at,
    to: all.at(-1)!.at,
    what: `Somebody set the clock forward by ${amount(-size)} and more at round times, every ${duration(every)}, and ${keeper.name} took it back: ${all.length} times, by up to ${amount(-most)}.`,
    measures: { size, most, count: all.length, every },
    evidence: [
      {
        text: `nearly all of them were found within ${duration(to - from)} of one moment of each ${duration(every)}`,
      },
      ...all.slice(0, SHOWN).map(each => ({
        text: `${when(each.at)}  wrong by ${signed(each.size)}`,
        file: each.file,
        line: each.line,
      })),
    ],
  }
}

const TOOLS =
  'the tools of the hypervisor synchronise the guest periodically, to a host whose clock is off by that much'
const JOB = 'a cron job runs ntpdate or hwclock -s'

/** Who does not say so. */
const ofSomebody = (most: Seconds, keeper: Keeper) => ({
  name: 'clocks-fight' as const,
  severity: 'critical' as const,
  cost: `The clock is wrong by up to ${duration(most)} most of the time.`,
  remedy: configure(keeper, 'Let one of the two keep the clock: turn the other off.', [
    'vmware-toolbox-cmd timesync disable',
    'crontab -l',
  ]),
  confirm: 'With the tools’ synchronisation off the steps end.',
})
