/**
 * clocks-fight: somebody sets the clock again and again, in a regular rhythm, and the daemon undoes it. Hypervisors' tools
 * that synchronise periodically do that, each minute or so, when the host's own clock is off.
 */
import { duration } from '#core/time/format.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { regularJumps } from './regular.ts'

export const clocksFight: Rule = ({ disturbances, keeper, when }) => {
  const regular = regularJumps(disturbances.clock)
  if (regular?.moved !== 'wall clock') return []
  const { all, size, every } = regular
  return [
    {
      name: 'clocks-fight',
      severity: 'critical',
      from: all[0]!.from,
      to: all.at(-1)!.to,
      what: `Somebody set the clock forward by ${duration(-size)} at least ${all.length} times, about every ${duration(every)}, and ${keeper.name} took it back each time.`,
      measures: { size, count: all.length, every },
      evidence: all.slice(0, 5).flatMap(each =>
        each.lines.map(({ file, line }) => ({
          text: `forward by ${duration(-each.size)} between ${when(each.from)} and ${when(each.to)}`,
          file,
          line,
        })),
      ),
      cost: `The clock is wrong by up to ${duration(-size)} most of the time.`,
      causes: [
        {
          what: 'the tools of the hypervisor synchronise the guest periodically, to a host whose clock is off by that much',
          why: `the same amount, every ${duration(every)}`,
        },
        { what: 'a cron job runs ntpdate or hwclock -s', why: 'if the rhythm is a round number of minutes' },
        { what: 'the counter leaps by quanta', why: 'if the polls move with it' },
      ],
      remedy: configure(keeper, 'Let one of the two keep the clock: turn the other off.', [
        'vmware-toolbox-cmd timesync disable',
        'crontab -l',
      ]),
      confirm: 'With the tools’ synchronisation off the steps end.',
    },
  ]
}
