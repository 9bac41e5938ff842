/**
 * clock-went-back: two readings in a row, the second earlier. Where that is because the thread came from or to a processor whose
 * clock is odd, it is evidence of cpu-clocks-differ and no finding of its own.
 */
import type { Blip } from '#analysis/cpus/blips.ts'
import { oddOf } from '#analysis/cpus/clocks.ts'
import { duration } from '#core/time/format.ts'
import { byHand, COMPARE_AGAIN, type CpuRule, NOW } from './subject.ts'

export const clockWentBack: CpuRule = ({ clocks }) => {
  const odd = oddOf(clocks.compared)
  const blips = clocks.blips.filter(({ cpu }) => !odd.includes(cpu))
  const [worst] = blips
  if (!worst) return []
  const count = blips.reduce((sum, blip) => sum + blip.count, 0)
  const onlyWall = blips.every(({ clock }) => clock === 'realtime')
  return [
    {
      name: 'clock-went-back',
      severity: onlyWall ? 'warning' : 'critical',
      ...NOW,
      what: `Read again and again, the clock ${worst.clock} went back by ${duration(Math.abs(worst.size))} on CPU ${worst.cpu}.`,
      measures: { size: worst.size, cpu: worst.cpu, count },
      evidence: blips.slice(0, 5).map(blip => ({ text: describeBlip(blip) })),
      cost: 'Durations come out negative; make, databases and logs see things happen before their causes.',
      causes: onlyWall
        ? [
            {
              what: 'a program set the clock back in that moment',
              why: 'the clocks that nobody can set did not go back',
            },
          ]
        : [
            {
              what: 'the counter below the clock is broken, or jumps between hosts',
              why: 'also a clock that nobody can set went back',
            },
            { what: 'the kernel’s clock source is faulty', why: 'if another clock source cures it' },
          ],
      remedy: byHand(
        onlyWall
          ? 'See who sets the clock, and let it be slewed.'
          : 'Take another clock source, if the kernel offers one, and tell whoever runs the hypervisor.',
        onlyWall
          ? ['clockwright events --since 1h']
          : ['cat /sys/devices/system/clocksource/clocksource0/available_clocksource'],
      ),
      confirm: COMPARE_AGAIN,
    },
  ]
}

const describeBlip = ({ clock, cpu, size, count, period }: Blip): string =>
  `${clock} on CPU ${cpu}: ${count} times, ${duration(Math.abs(size))} ${size > 0 ? 'behind' : 'ahead'}${period === undefined ? '' : `, every ${duration(period)}`}`
