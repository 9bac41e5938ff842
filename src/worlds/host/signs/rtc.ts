/**
 * The battery clock (RTC) as a witness. A hypervisor's usually goes on with the host while the guest stands still, so it
 * has run ahead of the guest's counter afterwards. It shows whole seconds; `WholeSeconds` makes milliseconds of them.
 *
 * It jumps for other reasons, too: somebody sets it (hwclock -w, the kernel every eleven minutes), the host's own clock is
 * set, the guest moves to a host with another time. After a setting it agrees with the system clock, and did not
 * before: that is only a hint. What looks like a pause may be one of the others still, so as little as nothing may be
 * lost. A clock that jumps all the time is no witness.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import type { Interval } from '#core/discipline/select.ts'
import { type DisruptionSign, type HintSign, HOSTS_DIFFER, type Span } from '#core/guest/disruption.ts'
import { duration } from '#core/time/format.ts'
import { type Instant, type Monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import { NS_PER_SECOND, type Seconds } from '#core/time/units.ts'
import { type SecondsJump, WholeSeconds } from './whole-seconds.ts'

export interface RtcLook {
  /** The counter before, and both clocks after the RTC was read. */
  readonly before: Monotonic
  readonly after: Reading
  /** Seconds since 1970, as the RTC tells them. */
  readonly shown: number
}

const SET_NOISE: Seconds = 0.02
/** A clock that is kept in local time is off by whole quarters of an hour. */
const QUARTER: Seconds = 900
/** So many jumps within an hour, and it is believed no more. */
const UNRULY = 6
const UNRULY_TIME: Seconds = 3600
/** How far it may drift from the counter while a jump is measured. */
const DRIFT = 5e-4

/** A jump that is still being measured. */
interface Open {
  readonly known: Interval
  readonly wallLead: Seconds
  readonly during: Span
  /** It may have been set to the system clock. */
  readonly set: boolean
}

export class RtcWitness {
  readonly #seconds = new WholeSeconds()
  #origin: { readonly counter: Monotonic; readonly shown: number; readonly wall: Instant } | undefined
  #wallLead: Seconds = 0
  #open: Open | undefined
  #jumps: Monotonic[] = []

  /** It jumps too often to be believed. */
  get unruly(): boolean {
    return this.#jumps.length >= UNRULY
  }

  look({ before, after, shown }: RtcLook): DisruptionSign | undefined {
    this.#origin ??= { counter: before, shown, wall: after.wall }
    const { counter, wall } = this.#origin
    const now = since(after.monotonic, counter)
    // How far the wall clock is ahead of the counter, on the scale on which the RTC's lead is told.
    const wallLead = since(after.wall, wall) + this.#wallAtOrigin - now
    const known = this.#seconds.lead
    const wallLeadBefore = this.#wallLead
    this.#wallLead = wallLead
    const jump = this.#seconds.look({
      before: since(before, counter),
      after: now,
      shown: shown - this.#origin.shown,
    })
    if (!jump) return this.#closer(after.monotonic)
    return this.#jumped(jump, known!, wallLeadBefore, wallLead, after.monotonic)
  }

  /** When to look again. */
  next(now: Monotonic, within: Seconds): Monotonic {
    if (!this.#origin) return plus(now, within)
    return plus(this.#origin.counter, this.#seconds.next(since(now, this.#origin.counter), within))
  }

  get #wallAtOrigin(): Seconds {
    return Number(this.#origin!.wall - BigInt(this.#origin!.shown) * NS_PER_SECOND) / 1e9
  }

  #jumped(
    size: SecondsJump,
    known: Interval,
    wallLeadBefore: Seconds,
    wallLead: Seconds,
    now: Monotonic,
  ): DisruptionSign {
    this.#jumps = [...this.#jumps.filter(at => since(now, at) < UNRULY_TIME), now]
    const during = { from: plus(this.#origin!.counter, size.after), to: now }
    const untouched = Math.abs(wallLead - wallLeadBefore) < SET_NOISE
    const set = untouched && mayBeSet(size, known, wallLeadBefore)
    if (size.high < 0) {
      this.#open = undefined
      const text = `the RTC went back by about ${duration(-middle(size))}`
      return set ? hint(text) : { ...hint(text), during }
    }
    this.#open = { known, wallLead: wallLeadBefore, during, set }
    return set ? hint('the RTC jumped to the time of the system clock: it was set') : paused(size, during)
  }

  /** The edge of the second has been found again: the jump can be told to some milliseconds. */
  #closer(now: Monotonic): DisruptionSign | undefined {
    const open = this.#open
    if (!open || !this.#seconds.fine) return undefined
    this.#open = undefined
    const { low, high } = this.#seconds.lead!
    const drifted = DRIFT * since(now, open.during.from)
    // Looks between the jump and its notice may have moved what was known within its width.
    const width = open.known.high - open.known.low
    const size = { low: low - open.known.high - drifted, high: high - open.known.low + width + drifted }
    if (open.set && (mayBeSet(size, open.known, open.wallLead) || areWholeSeconds(size))) return undefined
    return paused(size, open.during)
  }
}

const middle = ({ low, high }: Interval): Seconds => (low + high) / 2
const hint = (text: string): HintSign => ({ kind: 'hint', witness: 'rtc', text })
const paused = (size: Interval, during: Span): DisruptionSign => ({
  kind: 'paused',
  lost: middle(size),
  uncertainty: (size.high - size.low) / 2,
  witness: 'rtc',
  during,
  atLeast: 0,
  beyond: HOSTS_DIFFER,
})

/** An emulated RTC may keep its fraction of a second when it is set (QEMU does), so it lands beside the system clock. */
const areWholeSeconds = (size: Interval): boolean => {
  const whole = Math.round(middle(size))
  return whole > 0 && size.low - SET_NOISE <= whole && whole <= size.high + SET_NOISE
}

/** Whoever sets it, sets it to the system clock: is that where it jumped to, and from somewhere else? */
function mayBeSet(size: Interval, known: Interval, wallLead: Seconds): boolean {
  const was = middle(known) - wallLead
  const back = QUARTER * Math.round(was / QUARTER) - was
  if (Math.abs(back) <= SET_NOISE + (known.high - known.low) / 2) return false
  return back >= size.low - SET_NOISE && back <= size.high + SET_NOISE
}

export interface RtcDevice {
  /** Seconds since 1970; undefined when it cannot be read now. */
  read(): number | undefined
  close(): void
}

/** Undefined where there is none. Everybody may read it. */
export function openRtc(path = '/sys/class/rtc/rtc0/since_epoch'): RtcDevice | undefined {
  try {
    const fd = openSync(path, 'r')
    const bytes = Buffer.alloc(32)
    const read = () => {
      try {
        const shown = Number(bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0)))
        return Number.isSafeInteger(shown) && shown !== 0 ? shown : undefined
      } catch {
        return undefined
      }
    }
    if (read() !== undefined) return { read, close: () => closeSync(fd) }
    closeSync(fd)
    return undefined
  } catch {
    return undefined
  }
}
