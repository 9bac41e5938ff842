/** clocksource-unstable: the kernel's watchdog compared its counter with another, and did not believe it any more. */
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
      remedy: configure(
        keeper,
        'Use the hypervisor’s own clock source: its counter is right by construction.',
        [
          'cat /sys/devices/system/clocksource/clocksource0/available_clocksource',
          'clocksource=kvm-clock   (or xen, hyperv_clocksource_tsc_page)',
        ],
      ),
      confirm: 'The kernel’s messages around that time: a stall points to a pause.',
    },
  ]
}
