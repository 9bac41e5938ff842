/**
 * Noticing that somebody set the wall clock, or that the kernel suspended the machine.
 *
 * About once a second the clocks are looked at. Between the looks a timer that never expires waits for the kernel's word: timerfd
 * with TFD_TIMER_CANCEL_ON_SET is cancelled whenever CLOCK_REALTIME jumps, and we hear of it within the same turn of the
 * event loop. Without it the comparison alone must do.
 */
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { CLOCK, type Libc, TFD } from '../../libc.ts'
import type { ReadClock } from '../clock.ts'
import { readKernelClock } from '../kernel-clock.ts'
import type { Watch } from '../watch.ts'
import { type Look, stepBetween, suspendBetween, type Witness } from './step.ts'

export interface Steps {
  /** Whether the kernel itself says when the clock is set. */
  readonly witnessed: boolean
  /** Looks now: to be called about once a second. */
  check(): void
  /** Does what sets the clock, and knows then that it was us. */
  byUs(step: () => void): void
  close(): void
}

/** By what the kernel takes the time of a suspend from: a battery clock that shows whole seconds, on most machines. */
const PERSISTENT_CLOCK: Seconds = 1
/** The kernel sets its clock first and cancels the timer after: a look in between sees the step and no witness. */
const WITNESS_DELAY: Seconds = 0.05

export function openSteps(
  libc: Libc | undefined,
  clock: ReadClock,
  watch: Watch | undefined,
  notice: (sign: DisruptionSign) => void,
): Steps {
  const look = openLook(libc, clock)
  const kernel = libc && watch ? openCancelled(libc, watch, check) : undefined
  let earlier = look()
  let latest = earlier

  function check(): void {
    let set = kernel?.asked() ?? false
    let next = look()
    // Set again while we looked: look again, or the next look would find a step that nobody witnessed.
    for (let i = 0; i < 3 && kernel?.asked(); i++) {
      set = true
      next = look()
    }
    judge(next, set ? 'set' : kernel ? 'not-set' : 'none')
  }

  function judge(next: Look, witness: Witness): void {
    const justLooked = since(next.reading.monotonic, latest.reading.monotonic) < WITNESS_DELAY
    const before = witness === 'set' && justLooked ? earlier : latest
    const suspended = suspendBetween(before, next)
    const step = stepBetween(before, next, witness)
    earlier = step ? next : latest
    latest = next
    if (suspended) {
      notice({
        kind: 'paused',
        lost: suspended.size,
        uncertainty: suspended.uncertainty + PERSISTENT_CLOCK,
        witness: 'boottime',
        during: { from: before.reading.monotonic, to: next.reading.monotonic },
      })
    }
    if (step) notice({ kind: 'stepped', ...step, at: next.reading.monotonic })
  }

  return {
    witnessed: kernel !== undefined,
    check,
    byUs(step) {
      check()
      step()
      kernel?.asked()
      latest = look()
      earlier = latest
    },
    close() {
      kernel?.close()
    },
  }
}

function openLook(libc: Libc | undefined, clock: ReadClock): () => Look {
  const suspended = libc && suspendReader(libc)
  return () => ({
    frequency: libc && readKernelClock(libc)?.frequency,
    suspended: suspended?.(),
    reading: clock.read(),
    residual: clock.residual(),
  })
}

/** BOOTTIME minus MONOTONIC, read the other way round too: of three tries the one with the smallest gap. */
function suspendReader(libc: Libc): () => Seconds {
  const { address, view } = libc.buffer('suspend', 48)
  const seconds = (at: number) =>
    Number(view.getBigInt64(at, true)) + Number(view.getBigInt64(at + 8, true)) / 1e9
  return () => {
    let best = Number.POSITIVE_INFINITY
    let suspended = 0
    for (let i = 0; i < 3; i++) {
      libc.clockGettime(CLOCK.monotonic, address)
      libc.clockGettime(CLOCK.boottime, address + 16)
      libc.clockGettime(CLOCK.monotonic, address + 32)
      const gap = seconds(32) - seconds(0)
      if (gap < best) {
        best = gap
        suspended = seconds(16) - (seconds(0) + seconds(32)) / 2
      }
    }
    return suspended
  }
}

/** Undefined when this kernel does not tell. */
function openCancelled(libc: Libc, watch: Watch, notify: () => void) {
  const fd = libc.timerfdCreate(CLOCK.realtime, TFD.cloexec | TFD.nonblock)
  if (fd < 0) return undefined
  const into = expiry(libc)
  const armed = libc.timerfdSettime(fd, TFD.abstime | TFD.cancelOnSet, into, 0) === 0
  if (!armed || !watch.add(fd, notify)) {
    libc.close(fd)
    return undefined
  }
  return {
    /** Has the clock been set since this was last asked? */
    asked: (): boolean => libc.read(fd, into, 8) < 0 && libc.errno() === 'ECANCELED',
    close() {
      watch.remove(fd)
      libc.close(fd)
    },
  }
}

/** The year 2255: a clock of the kernel cannot be set beyond 2232. */
const NEVER_SECONDS = 9_000_000_000n

/** A struct itimerspec without an interval. The read of 8 bytes into it touches only the interval. */
function expiry(libc: Libc): number {
  const { address, bytes, view } = libc.buffer('expiry', 32)
  bytes.fill(0)
  view.setBigInt64(16, NEVER_SECONDS, true)
  return address
}
