/**
 * migrated-clock-stopped: a guest was moved to a host whose counter or wall clock is behind, and its time stands still until
 * that has caught up (field report 000: a Xen guest stops after a migration from a host that is ahead). Only the kernel's
 * own words are proof: a clock that lost time looks like a pause.
 */
import { duration } from '#core/time/format.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, spanOf } from '../subject.ts'

export const migratedClockStopped: Rule = ({ log, keeper }) => {
  const events = log.said('went-backwards')
  if (events.length === 0) return []
  const sizes = events.map(({ size }) => size).filter(Number.isFinite)
  const size = sizes.length > 0 ? Math.max(...sizes) : undefined
  return [
    {
      name: 'migrated-clock-stopped',
      severity: 'critical',
      ...spanOf(events),
      what:
        size === undefined
          ? 'The kernel saw time go backwards: the counter of this host is behind that of the one before.'
          : `The kernel saw time go backwards by up to ${duration(size)}: its clock stands still for that long.`,
      measures: { count: events.length, ...(size === undefined ? {} : { size }) },
      evidence: events.slice(0, 5).map(evidenceOf),
      cost: 'While time stands still nothing that waits wakes up: programs hang, load shows nonsense, ping stops.',
      causes: [
        {
          what: 'a live migration to a host whose clock is behind',
          why: 'old Xen guests take their time from the host’s',
        },
        { what: 'the counters of the processors differ', why: 'if there was no migration' },
      ],
      remedy: configure(
        keeper,
        'Keep the hosts synchronised, and make a paravirtual guest independent of the host’s wall clock. The switch does nothing in a fully virtualised guest: there change the clock source.',
        ['xen.independent_wallclock = 1   (sysctl, in paravirtual guests)', 'clocksource=…   (in others)'],
      ),
      confirm: 'The log of the host: was there a migration at that time?',
    },
  ]
}
