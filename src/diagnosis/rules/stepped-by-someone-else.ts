/**
 * stepped-by-someone-else: the wall clock moved and the machine’s counter did not, or it leapt forward, which no pause does.
 * chronyd notices steps of more than 10 s itself.
 */

import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject, seenIn } from '../subject.ts'
import { regularJumps } from './regular.ts'

export const steppedBySomeoneElse: Rule = subject => {
  const { disturbances, log, keeper, when } = subject
  const regular = new Set(regularJumps(disturbances.clock)?.all)
  const noticed = log.events.of('jumped-forward', 'jumped-backward')
  const jumps = disturbances.clock
    .filter(each => (each.size < 0 || each.moved === 'wall clock') && !each.restarted && !regular.has(each))
    .map(each => ({
      name: 'stepped-by-someone-else' as const,
      severity: 'critical' as const,
      from: each.from,
      to: each.to,
      what: `Somebody set the clock ${each.size < 0 ? 'forward' : 'back'} by ${amount(Math.abs(each.size))} ± ${duration(each.uncertainty)} between ${when(each.from)} and ${when(each.to)}.`,
      measures: { size: each.size, uncertainty: each.uncertainty },
      evidence: [
        ...seenIn(each, subject, 'and the daemon had not done it'),
        ...noticed.filter(({ at }) => at >= each.local.from - 5 && at <= each.local.to + 5).map(evidenceOf),
        ...(each.moved === 'wall clock'
          ? [{ text: 'the polls kept their pace by true time: only the wall clock was moved' }]
          : []),
      ],
      cost: 'Stamps are wrong by that much until the daemon has undone it, and its steps and slews disturb whoever reads the clock.',
      causes: [
        {
          what: 'a second program keeps this clock: tools of the hypervisor, another time daemon, a cron job with ntpdate or hwclock',
          why: 'the clock was moved and the daemon did not do it',
        },
        { what: 'a person ran date -s or timedatectl set-time', why: 'it happened once' },
        ...(each.moved === 'machine'
          ? [
              {
                what: 'the counter leapt when the guest was migrated or restored',
                why: 'the polls moved with it',
              },
            ]
          : []),
      ],
      remedy: configure(
        keeper,
        'Let one program keep the clock. Turn off the time synchronisation of the hypervisor’s tools, and other daemons.',
        [
          'vmware-toolbox-cmd timesync disable',
          'systemctl disable --now systemd-timesyncd ntpd   (whichever is not meant)',
        ],
      ),
      confirm:
        'An audit rule for clock_settime and adjtimex names the program (`auditctl -a always,exit -S clock_settime,clock_adjtime,settimeofday`); `clockwright` lists programs that can set the clock.',
    }))
  return [...jumps, ...unseen(subject)]
}

/** So soon after it a daemon has noticed. */
const RESUMED: Seconds = 120

/**
 * chronyd noticed a leap, and no measurement saw an offset: the clock was wrong before and right after. So does a tool
 * that sets the clock of a guest when it resumes.
 */
function unseen({ disturbances, log, keeper, when }: Subject): Finding[] {
  const events = log.events
    .of('jumped-forward', 'jumped-backward')
    .filter(({ at }) => !disturbances.clock.some(({ local }) => at >= local.from - 5 && at <= local.to + 5))
    // The kernel sets the clock when it resumes, and says so.
    .filter(({ at }) => !log.said('resumed').some(resumed => Math.abs(at - resumed.at) < RESUMED))
  const first = events[0]
  if (!first) return []
  return [
    {
      name: 'stepped-by-someone-else',
      severity: 'warning',
      from: first.at,
      to: events.at(-1)!.at,
      what: `${keeper.name} noticed at ${when(first.at)} that the clock had been set by more than 10 s${events.length > 1 ? `, ${events.length} times in all` : ''}, and no measurement found it wrong: it was put right.`,
      measures: { count: events.length },
      evidence: events.slice(0, 4).map(evidenceOf),
      cost: 'Until it was set the clock was wrong by that much.',
      causes: [
        {
          what: 'the machine was paused, and an agent of the hypervisor set its clock when it went on',
          why: 'before and after, the measurements agree',
        },
        { what: 'somebody set the clock to and fro', why: 'between two measurements' },
      ],
      remedy: configure(keeper, 'Nothing, if the hypervisor’s agent is meant to do that.'),
      confirm: 'The events of the hypervisor at that time.',
    },
  ]
}
