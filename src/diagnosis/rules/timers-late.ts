/**
 * timers-late: `sleep 1` takes much longer than a second (field report 003: 85 s). The kernel's timer fired late, or on a
 * processor whose clock is behind that of the one on which it was set.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

/** A busy machine is late by some milliseconds. */
const LEAST: Seconds = 0.5

export const COST =
  'Everything that waits is late by that: timeouts, cron, the polls of the time daemon, rollbacks of a firewall.'

export const timersLate: Rule = ({ log, keeper }) => {
  const late = log.timeless.filter(({ what, size }) => what === 'slept' && size > LEAST)
  if (late.length === 0) return []
  const size = Math.max(...late.map(each => each.size))
  const clocks = log.timeless.some(({ what }) => what === 'clock-read')
  return [
    {
      name: 'timers-late',
      severity: 'critical',
      from: undefined,
      to: undefined,
      what: `A sleep ended ${duration(size)} too late.`,
      measures: { size, count: late.length },
      evidence: late.slice(0, 5).map(evidenceOf),
      cost: COST,
      causes: [
        {
          what: 'the timer was set on one processor and fired on another whose clock is behind',
          why: clocks
            ? 'readings of the clock are there: see cpu-clocks-differ'
            : 'the delay is always the same amount',
        },
        { what: 'the machine was paused meanwhile', why: 'if it happened once' },
        { what: 'timer interrupts are lost', why: 'if the delay differs from time to time' },
      ],
      remedy: configure(
        keeper,
        'See whether the processors agree on the time. If they do, change the clock source or the clock event device of the guest.',
        ['clockwright cpus'],
      ),
      confirm: 'time taskset -c N sleep 1, for each processor: bound to one it is on time.',
    },
  ]
}
