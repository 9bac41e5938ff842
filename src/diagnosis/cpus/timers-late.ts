/** timers-late, measured: on this processor a timer typically fires so late that programs notice. */
import { oddOf } from '#analysis/cpus/clocks.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { COST } from '../rules/timers-late.ts'
import { byHand, type CpuRule, NOW, nameCpus } from './subject.ts'

/** A busy machine is late by some milliseconds, an overcommitted one by some tens. */
const NOTICED: Seconds = 0.05
const SERIOUS: Seconds = 0.5

export const timersLate: CpuRule = ({ clocks }) => {
  const late = clocks.cpus
    .flatMap(({ late }) => (late && late.typical > NOTICED ? [late] : []))
    .sort((a, b) => b.typical - a.typical)
  const [worst] = late
  if (!worst) return []
  const odd = oddOf(clocks.compared).filter(cpu => late.some(({ on }) => on === cpu))
  const differ = odd.length > 0
  return [
    {
      name: 'timers-late',
      severity: worst.typical >= SERIOUS || (worst.typicalAtLeast && differ) ? 'critical' : 'warning',
      ...NOW,
      what: worst.typicalAtLeast
        ? `On CPU ${worst.on} a timer had not fired ${duration(worst.typical)} after its time.`
        : `On CPU ${worst.on} timers fire ${duration(worst.typical)} too late.`,
      measures: { size: worst.typical, cpu: worst.on, count: late.length },
      evidence: late.map(({ on, sleeps, typical, most, mostAtLeast }) => ({
        text: `CPU ${on}: typically ${duration(typical)}, at most ${mostAtLeast ? 'more than ' : ''}${duration(most)} late, of ${sleeps} sleeps until a deadline`,
      })),
      cost: COST,
      causes: [
        ...(differ
          ? [
              {
                what: 'the clocks of the CPUs differ',
                why: 'see cpu-clocks-differ',
              },
            ]
          : []),
        {
          what: 'the machine has too little processor time: other guests or programs take it',
          why: 'if it differs from run to run',
        },
        { what: 'timer interrupts are lost', why: 'if it stays so on an idle machine' },
      ],
      remedy: byHand(
        differ
          ? 'Bring the clocks of the CPUs together first.'
          : 'Look at the steal time and the load of host and guest. If both are low, change the clock source or the clock event device of the guest.',
        differ
          ? [`clockwright with-cpus good -- COMMAND   (avoids ${nameCpus(odd)})`]
          : ['grep ^cpu /proc/stat', 'cat /proc/timer_list'],
      ),
      confirm: 'time taskset -c N sleep 1, for each CPU, several times.',
    },
  ]
}
