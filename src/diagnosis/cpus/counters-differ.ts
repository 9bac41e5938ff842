/**
 * cpu-counters-differ: the TSCs differ and the kernel's clocks do not, because these are made of something else or the
 * kernel takes the difference out. A program that reads the counter itself is misled, and so is the kernel should it be told to use it.
 */
import { oddOf } from '#analysis/cpus/clocks.ts'
import { duration } from '#core/time/format.ts'
import { byHand, COMPARE_AGAIN, type CpuRule, NOW, nameCpus } from './subject.ts'

export const countersDiffer: CpuRule = ({ clocks, clocksource }) => {
  const tsc = clocks.others.find(({ clock }) => clock === 'tsc')
  const differs = tsc?.cpus.some(({ verdict }) => verdict === 'odd' || verdict === 'undecided')
  if (!tsc || !differs || !clocks.compared?.cpus.every(({ verdict }) => verdict === 'agrees')) return []
  const apart = tsc.cpus.filter(({ verdict }) => verdict === 'odd' || verdict === 'undecided')
  const worst = apart.reduce((a, b) => (Math.abs(b.offset ?? 0) > Math.abs(a.offset ?? 0) ? b : a))
  return [
    {
      name: 'cpu-counters-differ',
      severity: 'note',
      ...NOW,
      what: `The counter (TSC) of CPU ${worst.cpu} is ${duration(Math.abs(worst.offset!))} ± ${duration(worst.bound)} ${worst.offset! > 0 ? 'behind' : 'ahead of'} that of CPU ${tsc.against}; the clocks that the kernel makes agree.`,
      measures: { size: worst.offset!, bound: worst.bound!, cpu: worst.cpu, odd: oddOf(tsc).length },
      evidence: [
        { text: `${nameCpus(apart.map(({ cpu }) => cpu))} of ${tsc.cpus.length} CPUs` },
        ...(clocksource === undefined ? [] : [{ text: `the kernel keeps time by ${clocksource}` }]),
      ],
      cost: 'None as long as nobody reads the counter directly, and the kernel is not made to (clocksource=tsc, tsc=reliable).',
      causes: [
        {
          what: 'the hypervisor or the firmware gave the processors different offsets',
          why: 'the kernel does not depend on them',
        },
      ],
      remedy: byHand('Leave the clock source as it is. Do not force tsc on this machine.'),
      confirm: `${COMPARE_AGAIN} --clock tsc`,
    },
  ]
}
