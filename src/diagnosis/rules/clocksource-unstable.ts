/** clocksource-unstable: the kernel's watchdog compared its counter with another, and did not believe it any more. */
import { bestCounters } from '../counters.ts'
import type { Remedy } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, spanOf } from '../subject.ts'

export const clocksourceUnstable: Rule = ({ log, keeper }) => {
  const events = log.said('clocksource-unstable')
  if (events.length === 0) return []
  const names = [...new Set(events.map(({ source }) => source ?? 'its clock source'))]
  return [
    {
      name: 'clocksource-unstable',
      severity: 'warning',
      ...spanOf(events),
      what: `The kernel marked ${names.join(', ')} as unstable and took another clock source.`,
      measures: { count: events.length },
      evidence: [...events, ...log.said('clocksource-chosen')].slice(0, 5).map(evidenceOf),
      cost: 'Reading the time takes longer from then on, and the frequency that the daemon has learned is wrong for the new counter.',
      causes: [
        {
          what: 'the machine was paused or its processors were not run for long',
          why: 'the watchdog takes the gap for a wrong rate',
        },
        { what: 'the counter changed its rate after a migration', why: 'if it happened at a migration' },
      ],
      remedy: remedyFor(keeper, log.said('hypervisor-named')[0]?.source),
      confirm: 'The kernel’s messages around that time: a stall points to a pause.',
    },
  ]
}

/** Where the kernel names its hypervisor, the counter of that one. VMware has none but the TSC. */
function remedyFor(keeper: Keeper, hypervisor: string | undefined): Remedy {
  const [best] = bestCounters(hypervisor, undefined)
  if (best === 'tsc')
    return configure(
      keeper,
      'This hypervisor has no clock source of its own: the TSC that it shows is the right one. Find out what the kernel took for its fault, a pause or processors that were not run; then let it keep the TSC without comparing it.',
      ['tsc=reliable   (on the command line of the kernel)'],
    )
  return configure(keeper, 'Use the hypervisor’s own clock source: its counter is right by construction.', [
    'cat /sys/devices/system/clocksource/clocksource0/available_clocksource',
    best ? `clocksource=${best}` : 'clocksource=kvm-clock   (or xen, hyperv_clocksource_tsc_page)',
  ])
}
