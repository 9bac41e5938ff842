/** clock-coarse: a clock that moves in steps of a millisecond or more has no counter below it, only ticks. */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { byHand, COMPARE_AGAIN, type CpuRule, NOW } from './subject.ts'

const COARSE: Seconds = 0.5e-3

export const clockCoarse: CpuRule = ({ clocks, clocksource }) => {
  const coarse = clocks.loops.filter(
    ({ readings, smallest }) => readings > 0 && (smallest === undefined || smallest >= COARSE),
  )
  const [first] = coarse
  if (!first) return []
  return [
    {
      name: 'clock-coarse',
      severity: 'warning',
      ...NOW,
      what:
        first.smallest === undefined
          ? `The clock ${first.clock} stood still for ${first.readings} readings.`
          : `The clock ${first.clock} moves in steps of ${duration(first.smallest)}.`,
      measures: { size: first.smallest ?? first.elapsed },
      evidence: coarse.map(({ clock, smallest, reported, readings }) => ({
        text: `${clock}: smallest step ${duration(smallest)} in ${readings} readings; the kernel says ${duration(reported)}`,
      })),
      cost: 'No time is known better than a step, and no sleep is shorter.',
      causes: [
        {
          what: `the kernel keeps time by counting ticks${clocksource === undefined ? '' : ` (its clock source is ${clocksource})`}`,
          why: 'no counter was found, or none was trusted',
        },
      ],
      remedy: byHand(
        'Let the kernel use a counter: see which clock sources it offers, and what its messages say of them.',
        [
          'cat /sys/devices/system/clocksource/clocksource0/available_clocksource',
          'dmesg | grep -i clocksource',
        ],
      ),
      confirm: COMPARE_AGAIN,
    },
  ]
}
