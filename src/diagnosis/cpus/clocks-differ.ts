/**
 * cpu-clocks-differ, measured: which processor is odd, by how much, since it moves or not, and how sure that is
 * (field report 003: one of six was 85 s behind, and `sleep 1` took as long).
 */
import { oddOf } from '#analysis/cpus/clocks.ts'
import type { CpuClock, CpuComparison } from '#analysis/cpus/compare.ts'
import { planResync, type ResyncStep } from '#analysis/cpus/resync.ts'
import { formatCpuList } from '#core/guest/cpu-list.ts'
import { duration, rate } from '#core/time/format.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Cause, Evidence, Remedy } from '../finding.ts'
import { COST } from '../rules/cpu-clocks-differ.ts'
import { byHand, COMPARE_AGAIN, type CpuRule, type CpuSubject, NOW, nameCpus } from './subject.ts'

/** Below it programs that measure are misled, and others do not notice. */
const SERIOUS: Seconds = 1e-3
const MOST_TOLD = 8
const CLOCKSOURCE = '/sys/devices/system/clocksource/clocksource0'

export const clocksDiffer: CpuRule = subject => {
  const { compared } = subject.clocks
  if (!compared) return []
  const odd = known(compared.cpus.filter(({ verdict }) => verdict === 'odd'))
  const undecided = known(compared.cpus.filter(({ verdict }) => verdict === 'undecided'))
  const apart = (odd.length > 0 ? odd : undecided).sort((a, b) => Math.abs(b.offset) - Math.abs(a.offset))
  const [worst] = apart
  if (!worst) return []
  const moving = odd.some(isMoving)
  return [
    {
      name: 'cpu-clocks-differ',
      severity: Math.abs(worst.offset) >= SERIOUS || moving ? 'critical' : 'warning',
      ...NOW,
      what: odd.length > 0 ? whoIsOdd(odd, compared) : whoDiffers(worst, compared),
      measures: {
        size: worst.offset,
        bound: worst.bound,
        cpu: worst.cpu,
        odd: odd.length,
        of: compared.cpus.length,
        ...(worst.rate === undefined || worst.rateBound === undefined
          ? {}
          : { rate: worst.rate, rateBound: worst.rateBound }),
      },
      evidence: evidenceOf(apart, subject, compared),
      cost: COST,
      causes: causesOf(subject),
      remedy: remedyOf(subject),
      confirm: `${COMPARE_AGAIN}, or: for i in $(seq 0 $(($(nproc) - 1))); do echo -n "$i: "; taskset -c $i date; done`,
    },
  ]
}

type Known = CpuClock & { readonly offset: Seconds; readonly bound: Seconds }

const known = (cpus: readonly CpuClock[]): Known[] =>
  cpus.filter((cpu): cpu is Known => cpu.offset !== undefined && cpu.bound !== undefined)

/** Its rate cannot be that of the others. */
const isMoving = ({ rate, rateBound }: CpuClock): boolean =>
  rate !== undefined && rateBound !== undefined && Math.abs(rate) > rateBound

const size = ({ offset, bound }: Known): string => `${duration(Math.abs(offset))} ± ${duration(bound)}`
const side = ({ offset }: Known): string => (offset > 0 ? 'behind' : 'ahead')

function whoIsOdd(odd: readonly Known[], compared: CpuComparison): string {
  const [worst] = odd as readonly [Known]
  const agreeing = compared.cpus.filter(({ verdict }) => verdict === 'agrees').length
  const others = agreeing === 1 ? `CPU ${compared.against}` : `the ${agreeing} CPUs that agree`
  const more = odd.length > 1 ? `, and ${nameCpus(odd.slice(1).map(({ cpu }) => cpu))} differ, too` : ''
  return `The clock of CPU ${worst.cpu} is ${size(worst)} ${worst.offset > 0 ? 'behind' : 'ahead of'} that of ${others}${more}.`
}

const whoDiffers = (worst: Known, { cpus, against }: CpuComparison): string =>
  `The clocks of ${cpus.length} CPUs differ, and nothing tells which of them is right: CPU ${worst.cpu} is ${size(worst)} ${worst.offset > 0 ? 'behind' : 'ahead of'} CPU ${against}.`

function evidenceOf(apart: readonly Known[], { clocks }: CpuSubject, compared: CpuComparison): Evidence[] {
  return [
    howSure(compared),
    ...apart.slice(0, MOST_TOLD).map(cpu => `CPU ${cpu.cpu} is ${size(cpu)} ${side(cpu)}; ${movement(cpu)}`),
    ...clocks.others.map(other => byAnother(other, compared)),
    ...clocks.blips
      .filter(({ cpu }) => apart.some(odd => odd.cpu === cpu))
      .slice(0, 2)
      .map(
        blip =>
          `a thread that was moved to or from CPU ${blip.cpu} saw ${blip.clock} go back ${blip.count === 1 ? 'once' : `${blip.count} times`}, by ${duration(Math.abs(blip.size))}`,
      ),
    ...clocks.crossed.map(({ setBy, on, typical, typicalAtLeast }) => {
      const timer = `a timer that was set by the clock of CPU ${setBy} and served by CPU ${on}`
      if (typicalAtLeast) return `${timer} had not fired ${duration(typical)} after its time`
      return `${timer} fired ${typical < 0 ? `${duration(-typical)} too early` : `${duration(typical)} too late`}`
    }),
  ].map(text => ({ text }))
}

function howSure({ by, cpus, tickAgrees, against }: CpuComparison): string {
  const agreeing = cpus.filter(({ verdict }) => verdict === 'agrees').map(({ cpu }) => cpu)
  if (by === undefined)
    return 'no majority agrees, and the kernel’s time as of its last tick goes with all of them or with none'
  if (by === 'tick')
    return `without a majority it is the kernel’s time as of its last tick that tells: it goes with ${nameCpus(agreeing)}`
  const majority = `${agreeing.length} of ${cpus.length} CPUs agree`
  if (tickAgrees === undefined) return `${majority} (with CPU ${against})`
  return tickAgrees
    ? `${majority}, and the kernel’s time as of its last tick goes with them`
    : `${majority}, but the kernel’s time as of its last tick does not go with all of them`
}

function movement(cpu: CpuClock): string {
  if (cpu.rate === undefined || cpu.rateBound === undefined) return 'whether that changes is not known'
  const told = `${rate(cpu.rate)} ± ${rate(cpu.rateBound).slice(1)}`
  if (isMoving(cpu)) return `and it still moves: ${told}`
  return cpu.rateBound < WELL_KNOWN
    ? `that is constant (${told})`
    : `whether that changes cannot be told yet (${told})`
}

/** A rate that is bounded to this is known as well as that of a crystal. */
const WELL_KNOWN: Rate = 100e-6

const CLOCK_WORDS = {
  realtime: 'the wall clock',
  monotonic: 'the monotonic clock',
  raw: 'the raw counter',
  tsc: 'the TSC',
}

function byAnother(other: CpuComparison, compared: CpuComparison): string {
  const word = CLOCK_WORDS[other.clock]
  const same = oddOf(other).join() === oddOf(compared).join()
  const differs = other.cpus.some(({ verdict }) => verdict === 'odd' || verdict === 'undecided')
  if (!differs) return `${word} agrees on all CPUs`
  return same ? `${word} differs in the same way` : `${word} differs, too`
}

function causesOf({ clocks, clocksource }: CpuSubject): Cause[] {
  const counters = {
    what: 'each processor reads its own counter (TSC), and these were given different offsets, by the hypervisor or the firmware',
    why: 'the difference belongs to a processor',
  }
  const source = {
    what: `the clock source${clocksource === undefined ? '' : ` (${clocksource})`} is broken: what it adds to the counter differs by processor`,
    why: 'the counters (TSC) themselves agree',
  }
  const apart = {
    what: 'a processor was paused, moved or plugged in apart from the others',
    why: 'after a migration, a snapshot, or a hot plug',
  }
  return countersAgree(clocks) ? [source, apart] : [counters, apart]
}

const countersAgree = ({ others }: CpuSubject['clocks']): boolean =>
  others.find(({ clock }) => clock === 'tsc')?.cpus.every(({ verdict }) => verdict === 'agrees') ?? false

function remedyOf({ clocks, removable }: CpuSubject): Remedy {
  const steps = planResync(clocks, removable)
  const renewable = steps.flatMap(step => (step.kind === 'renew' ? step.cpus : []))
  const remedy = byHand(
    'No time daemon can cure it. Run what must not fail on the CPUs that agree; take the odd one off-line and back, which sets it up anew; then compare again. A restart of the guest will probably cure it, for which there may be no time now. For good, take another clock source.',
    [
      ...steps.flatMap(commandsOf),
      `cat ${CLOCKSOURCE}/available_clocksource`,
      countersAgree(clocks)
        ? `echo tsc > ${CLOCKSOURCE}/current_clocksource   (the TSCs agree)`
        : 'tsc=unstable   (on the kernel’s command line: the kernel then reads something else)',
    ],
  )
  return renewable.length > 0 ? { ...remedy, actions: [{ kind: 'cycle-cpus', cpus: renewable }] } : remedy
}

function commandsOf(step: ResyncStep): string[] {
  const online = (cpu: number) => `/sys/devices/system/cpu/cpu${cpu}/online`
  if (step.kind === 'keep-to') return [`clockwright with-cpus ${formatCpuList(step.cpus)} -- COMMAND`]
  const off = step.cpus.map(cpu => `echo 0 > ${online(cpu)}`)
  if (step.kind === 'leave-one') return [`${off.join('; ')}   (leaves CPU ${step.left} alone)`]
  const on = [...step.cpus].reverse().map(cpu => `echo 1 > ${online(cpu)}`)
  return [[...off, ...on].join('; ')]
}
