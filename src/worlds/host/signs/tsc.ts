/**
 * The processor's own counter (TSC) as a witness, where the kernel's clocks are made of something else: kvm-clock, Hyper-V's
 * reference page, HPET, the ACPI timer. KVM stops kvm-clock while a guest is paused and lets the TSC run on, so the TSC
 * is ahead afterwards, by the pause and exact to microseconds. A TSC that went back, or stood while the clocks ran,
 * belongs to another host, or was rewritten.
 *
 * It shows nothing where the kernel's clocks *are* the TSC, nor where the hypervisor restores both alike (migration under
 * QEMU). Each CPU is compared with itself only: their counters may differ.
 */
import type { DisruptionSign } from '#core/guest/disruption.ts'
import type { Files } from '#core/guest/files.ts'
import { type Monotonic, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { TimestampCounter } from '../../libc.ts'
import { Comparison } from './jump.ts'

const LEAST: Seconds = 1e-3
/** Ticks are turned into seconds by what they were over this time. */
const CALIBRATION: Seconds = 8

export interface TscLook {
  readonly before: Monotonic
  readonly after: Monotonic
  readonly ticks: bigint
  readonly cpu: number
}

/** Why the TSC can tell nothing here; undefined when it can. */
export function whyNoTsc(files: Files): 'clocksource' | 'unsteady' | undefined {
  const source = files.text('sys/devices/system/clocksource/clocksource0/current_clocksource')
  if (source === undefined || source === 'tsc') return 'clocksource'
  return hasFlag(files, 'constant_tsc') && canReadTsc(files) ? undefined : 'unsteady'
}

/** Whether the processors know the instruction; on others it would end the process. */
export const canReadTsc = (files: Files): boolean => hasFlag(files, 'rdtscp')

const hasFlag = (files: Files, flag: string): boolean =>
  /^flags\s*:(.*)$/m
    .exec(files.text('proc/cpuinfo') ?? '')?.[1]
    ?.split(/\s+/)
    .includes(flag) ?? false

interface Cpu {
  readonly first: TscLook
  last: TscLook
  comparison: Comparison
}

export class TscWitness {
  readonly #cpus = new Map<number, Cpu>()
  /** Seconds to a tick. */
  #period: Seconds | undefined

  look(seen: TscLook): DisruptionSign | undefined {
    const cpu = this.#cpus.get(seen.cpu)
    if (!cpu) {
      this.#cpus.set(seen.cpu, { first: seen, last: seen, comparison: new Comparison(LEAST) })
      return undefined
    }
    const { last, first } = cpu
    cpu.last = seen
    if (seen.ticks < last.ticks) {
      this.#forget(seen)
      return { kind: 'counter-changed', witness: 'tsc', during: { from: last.before, to: seen.after } }
    }
    if (this.#period === undefined) {
      const span = since(seen.after, first.before)
      if (span < CALIBRATION) return undefined
      this.#period = span / Number(seen.ticks - first.ticks)
    }
    const gap = since(seen.after, seen.before)
    const jump = cpu.comparison.look({
      at: seen.after,
      elapsed: Number(seen.ticks - first.ticks) * this.#period,
      uncertainty: gap,
    })
    if (!jump) return undefined
    this.#forget(seen)
    const { size, uncertainty, during } = jump
    if (size < 0) return { kind: 'counter-changed', witness: 'tsc', during }
    return { kind: 'paused', lost: size, uncertainty, witness: 'tsc', during, atLeast: 0 }
  }

  /** What the other CPUs showed before would tell of the same event again; and the ticks may be others now. */
  #forget(seen: TscLook): void {
    this.#cpus.clear()
    this.#period = undefined
    this.#cpus.set(seen.cpu, { first: seen, last: seen, comparison: new Comparison(LEAST) })
  }
}

/** The one of three tries whose gap is the smallest. */
export function readTsc(counter: () => Monotonic, tsc: TimestampCounter): TscLook {
  let best: TscLook | undefined
  for (let i = 0; i < 3; i++) {
    const before = counter()
    const ticks = tsc.read()
    const look = { before, after: counter(), ticks, cpu: tsc.cpu() }
    if (!best || look.after - look.before < best.after - best.before) best = look
  }
  return best!
}
