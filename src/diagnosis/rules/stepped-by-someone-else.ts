/**
 * stepped-by-someone-else: the wall clock moved and the machine’s counter did not, or it leapt forward, which no pause does.
 * chronyd notices steps of more than 10 s itself.
 */
import { duration, signed } from '#core/time/format.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'
import { regularJumps } from './regular.ts'

export const steppedBySomeoneElse: Rule = ({ disturbances, log, keeper, when, sourceName }) => {
  const regular = new Set(regularJumps(disturbances.clock)?.all)
  const noticed = log.events.of('jumped-forward', 'jumped-backward')
  return disturbances.clock
    .filter(each => (each.size < 0 || each.moved === 'wall clock') && !each.restarted && !regular.has(each))
    .map(each => ({
      name: 'stepped-by-someone-else' as const,
      severity: 'critical' as const,
      from: each.from,
      to: each.to,
      what: `Somebody set the clock ${each.size < 0 ? 'forward' : 'back'} by ${duration(Math.abs(each.size))} ± ${duration(each.uncertainty)} between ${when(each.from)} and ${when(each.to)}.`,
      measures: { size: each.size, uncertainty: each.uncertainty },
      evidence: [
        ...each.lines.map(({ file, line }, i) => ({
          text: `offset against ${sourceName(each.sources[i]!)} changed by ${signed(each.size)}, and the daemon had not done it`,
          file,
          line,
        })),
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
}
