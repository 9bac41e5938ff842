/** The machine's clock as the world offers it: steered, or only read. */
import { planManoeuvre, type Steering } from '#core/discipline/steering.ts'
import type { Libc } from '../libc.ts'
import { steer } from '../steer.ts'
import type { Clock } from '../world.ts'
import type { ReadClock } from './clock.ts'
import { openHelm } from './helm.ts'
import type { Hook } from './hook.ts'
import type { Steps } from './signs/steps.ts'

export interface SteeredClock extends Clock {
  /** Nobody will end a slew any more: lets the clock run on at the rate of its line. */
  leave(): void
}

/** Throws when the kernel, or the environment, does not allow it. */
export function openSteeredClock(
  libc: Libc | undefined,
  clock: ReadClock,
  steps: Steps,
  hook?: Hook,
): SteeredClock {
  if (!libc) throw new Error('the clock cannot be set without libc (koffi could not be loaded)')
  const helm = openHelm(libc, clock.read, steps.byUs)
  let latest: Steering | undefined
  return {
    precision: clock.precision,
    read: clock.read,
    announce: helm.announce,
    steer(order) {
      latest = order
      const { step } = planManoeuvre(order, clock.read())
      if (step === 0 || !hook) return steer(helm, order)
      // It takes its time; the order is where the clock should be, so how far it is from there is seen anew.
      hook.before(step)
      const steered = steer(helm, order)
      if (steered.kind === 'steered') hook.after(steered.stepped)
      return steered
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
