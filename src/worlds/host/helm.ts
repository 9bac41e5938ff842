/**
 * The hand on the clock of this machine: clock_adjtime, and nothing else. Frequencies are set as tick and frequency, as
 * chrony does it, so that ±10 % can be reached; steps are ADJ_SETOFFSET, which does not race with the time of the call.
 */
import type { Claim } from '#core/agent/action.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Libc } from '../libc.ts'
import type { Helm } from '../steer.ts'
import {
  ADJ_OFFSET,
  ADJ_OFFSET_SINGLESHOT,
  ADJ_STATUS,
  encodeTimex,
  rateOfTimex,
  STA_PLL,
  STA_UNSYNC,
  TIMEX_SIZE,
  type Timex,
  timexOfClaim,
  timexOfRate,
  timexOfStep,
} from '../timex.ts'
import { Actuator } from './actuator.ts'

export interface HostHelm extends Helm {
  /** What an earlier owner had the clock gain on the counter. */
  readonly found: Rate
  announce(claim: Claim): void
}

/**
 * `stepping` surrounds every step of ours, so that whoever looks out for steps knows whose it is; `meddled` is told when
 * the kernel does not have the frequency any more that we gave it.
 */
export function openHelm(
  libc: Libc,
  read: () => Reading,
  stepping: (step: () => void) => void,
  meddled: () => void,
): HostHelm {
  const set = openSetter(libc)
  const actuator = new Actuator()
  let ordered: ReturnType<typeof timexOfRate> | undefined

  function isMeddledWith(): boolean {
    if (!ordered) return false
    const { tick, frequency } = libc.adjtimex()
    return tick !== ordered.tick || Math.abs(frequency - ordered.freq) > ROUNDING
  }

  takeOver(set)
  const { tick, frequency: freq } = libc.adjtimex()
  return {
    found: rateOfTimex({ tick, freq }),
    read,
    step(size: Seconds) {
      stepping(() => set(timexOfStep(size)))
      actuator.interrupted()
    },
    run(rate: Rate) {
      if (isMeddledWith()) {
        actuator.interrupted()
        meddled()
      }
      actuator.learn(read())
      ordered = timexOfRate(actuator.orderFor(rate))
      set(ordered)
      actuator.began(read(), rate)
    },
    announce: claim => set(timexOfClaim(claim)),
  }
}

/** One step, whoever keeps the clock; nothing else of it is touched. */
export const stepOnce = (libc: Libc, size: Seconds): void => openSetter(libc)(timexOfStep(size))

function openSetter(libc: Libc): (timex: Timex) => void {
  const adjust = libc.allowSteering()
  const memory = libc.buffer('helm', TIMEX_SIZE)
  return timex => {
    encodeTimex(timex, memory.view)
    if (adjust(memory.address) >= 0) return
    const errno = libc.errno()
    throw Object.assign(new Error(`the kernel does not let its clock be set: ${libc.strerror(errno)}`), {
      code: errno,
    })
  }
}

/** The kernel gives a frequency back to a unit or two of 2⁻¹⁶ ppm. */
const ROUNDING = 2

/** Whatever an earlier owner has begun is ended: the kernel's own loop, and a slew by adjtime. The frequency stays. */
function takeOver(set: (timex: Timex) => void): void {
  set({ modes: ADJ_OFFSET | ADJ_STATUS, status: STA_PLL | STA_UNSYNC })
  set({ modes: ADJ_STATUS, status: STA_UNSYNC })
  set({ modes: ADJ_OFFSET_SINGLESHOT })
}
