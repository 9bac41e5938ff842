/**
 * What the kernel says about its own clock: adjtimex with nothing to set.
 *
 * During an adjustment on KVM guests the kernel has been seen to answer, once, an offset of exactly 2^32 ns
 * (prometheus/node_exporter#3764). No offset beyond half a second is real: the kernel itself cuts it there (MAXPHASE).
 * Such an answer is asked for again, and if it stays there is no answer.
 */
import type { KernelClock } from '#core/guest/facts.ts'
import type { Leap } from '#core/time/leap.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Libc } from '../libc.ts'
import { rateOfTimex, type TimexAnswer } from '../timex.ts'

const MAX_PHASE: Seconds = 0.5
const TRIES = 3

/** The STA_ bits of <linux/timex.h>. */
const STATUS = [
  'PLL',
  'PPSFREQ',
  'PPSTIME',
  'FLL',
  'INS',
  'DEL',
  'UNSYNC',
  'FREQHOLD',
  'PPSSIGNAL',
  'PPSJITTER',
  'PPSWANDER',
  'PPSERROR',
  'CLOCKERR',
  'NANO',
  'MODE',
  'CLK',
] as const

type Status = (typeof STATUS)[number]
const has = (timex: TimexAnswer, bit: Status) => ((timex.status >> STATUS.indexOf(bit)) & 1) === 1

/** Undefined when the kernel refuses, or answers nothing that can be true. */
export function readKernelClock(libc: Pick<Libc, 'adjtimex'>): KernelClock | undefined {
  for (let i = 0; i < TRIES; i++) {
    const clock = kernelClock(libc.adjtimex())
    if (clock) return clock
  }
  return undefined
}

/** One answer in our units; undefined when it is an error or an impossible offset. */
export function kernelClock(timex: TimexAnswer): KernelClock | undefined {
  if (timex.state < 0) return undefined
  const offset = timex.offset / (has(timex, 'NANO') ? 1e9 : 1e6)
  if (Math.abs(offset) > MAX_PHASE) return undefined
  return {
    frequency: rateOfTimex({ tick: timex.tick, freq: timex.frequency }),
    offset,
    maxError: timex.maxError / 1e6,
    estError: timex.estError / 1e6,
    synchronised: !has(timex, 'UNSYNC'),
    leap: leapOf(timex),
    // Zero is what a kernel says whom nobody told: it has been 10 at least since 1972.
    taiOffset: timex.tai === 0 ? undefined : timex.tai,
    status: STATUS.filter(bit => has(timex, bit)),
  }
}

/** An armed leap second will come even when the clock is not synchronised. */
function leapOf(timex: TimexAnswer): Leap {
  if (has(timex, 'INS')) return 'insert'
  if (has(timex, 'DEL')) return 'delete'
  return has(timex, 'UNSYNC') ? 'unknown' : 'none'
}
