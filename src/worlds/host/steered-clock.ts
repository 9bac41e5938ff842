/** The machine's clock as the world offers it: steered, or only read. */
import type { Steered } from '#core/agent/action.ts'
import { planManoeuvre, type Steering } from '#core/discipline/steering.ts'
import type { Rate } from '#core/time/units.ts'
import type { Libc } from '../libc.ts'
import { steer } from '../steer.ts'
import type { Clock } from '../world.ts'
import type { ReadClock } from './clock.ts'
import { openHelm } from './helm.ts'
import type { Hook } from './hook.ts'
import type { Steps } from './signs/steps.ts'

export interface SteeredClock extends Clock {
  /** What an earlier owner had it gain on the counter. */
  readonly found: Rate
  /** Nobody will end a slew any more: lets the clock run on at the rate of its line. */
  leave(): void
}

/** Throws when the kernel, or the environment, does not allow it. */
export function openSteeredClock(
  libc: Libc | undefined,
  clock: ReadClock,
  steps: Steps,
  meddled: () => void,
  hook?: Hook,
): SteeredClock {
  if (!libc) throw new Error('the clock cannot be set without libc (koffi could not be loaded)')
  const helm = openHelm(libc, clock.read, steps.byUs, meddled)
  let latest: Steering | undefined

  function obey(order: Steering): Steered {
    const { step } = planManoeuvre(order, clock.read())
    if (step === 0 || !hook) return steer(helm, order)
    // It takes its time; the order is where the clock should be, so how far it is from there is seen anew.
    const why = (order.how.kind === 'step' && order.how.why) || 'unknown'
    hook.before({ size: step, why, wall: clock.read().wall })
    const steered = steer(helm, order)
    if (steered.kind === 'steered') hook.after({ size: steered.stepped, why, wall: steered.now.wall })
    return steered
  }

  return {
    precision: clock.precision,
    found: helm.found,
    read: clock.read,
    announce(claim) {
      try {
        helm.announce(claim)
      } catch {
        // The next order to steer says why.
      }
    },
    steer(order) {
      latest = order
      try {
        return obey(order)
      } catch (error) {
        // The right to set the clock can be taken away while we run; measuring goes on without it.
        return { kind: 'not-steered', now: clock.read(), why: (error as Error).message }
      }
    },
    leave() {
      if (latest) helm.run(latest.rate)
    },
  }
}

export const readOnly = (clock: ReadClock): Clock => ({
  precision: clock.precision,
  read: clock.read,
  announce: () => {},
  steer: () => ({
    kind: 'not-steered',
    now: clock.read(),
    why: 'this world only reads the clock of the machine',
  }),
})
