/**
 * How an order is carried out, the same in every world: a clock is something that can be read, made to jump, and made
 * to run at a rate.
 */
import type { Steered } from '#core/agent/action.ts'
import { planManoeuvre, type Steering } from '#core/discipline/steering.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'

export interface Helm {
  read(): Reading
  /** Makes the wall clock jump forward by `size`; the counter does not notice. */
  step(size: Seconds): void
  /** Lets the wall clock gain `rate` on the counter from now on (wall seconds per counter second, minus one). */
  run(rate: Rate): void
}

export function steer(helm: Helm, order: Steering): Steered {
  const { step, rate, settles } = planManoeuvre(order, helm.read())
  helm.run(rate)
  if (step !== 0) helm.step(step)
  return { kind: 'steered', now: helm.read(), stepped: step, settles }
}
