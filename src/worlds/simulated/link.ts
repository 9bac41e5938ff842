/**
 * A path to a server and back, each direction on its own: a base delay that only physics and routing change, queueing
 * that only ever adds, loss, duplicates. Reordering needs no knob: delays are drawn per packet, so packets overtake.
 */
import type { Seconds } from '#core/time/units.ts'
import type { Random } from './random.ts'
import type { TrueTime } from './true-time.ts'

export interface Direction {
  readonly base: Seconds
  readonly jitter?: Jitter
  /** Probability that a packet disappears. */
  readonly loss?: number
  /** Probability that it arrives twice. */
  readonly duplication?: number
}

/** Queueing delay with this mean. */
export type Jitter =
  | { readonly kind: 'exponential'; readonly mean: Seconds }
  | { readonly kind: 'gamma'; readonly mean: Seconds; readonly shape: number }
  | { readonly kind: 'heavy-tail'; readonly mean: Seconds; readonly index: number }

export interface LinkConfig {
  readonly up: Direction
  readonly down: Direction
  /** From `at` on the path is another one (a route change, a congestion episode, an outage with loss 1). */
  readonly changes?: readonly { readonly at: Seconds; readonly up: Direction; readonly down: Direction }[]
}

/** What becomes of a packet: how long it takes, and how long its copy; NaN where there is none. Written anew each time. */
export interface Passage {
  delay: Seconds
  copyDelay: Seconds
}

export function passLink(
  link: LinkConfig,
  way: 'up' | 'down',
  at: TrueTime,
  random: Random,
  passage: Passage,
): void {
  const now = link.changes === undefined ? link : (link.changes.findLast(change => at >= change.at) ?? link)
  const { base, jitter, loss = 0, duplication = 0 } = way === 'up' ? now.up : now.down
  passage.delay = Number.NaN
  passage.copyDelay = Number.NaN
  if (random.uniform() < loss) return
  passage.delay = base + queueing(jitter, random)
  if (random.uniform() < duplication) passage.copyDelay = base + queueing(jitter, random)
}

function queueing(jitter: Jitter | undefined, random: Random): Seconds {
  switch (jitter?.kind) {
    case undefined:
      return 0
    case 'exponential':
      return jitter.mean * random.exponential()
    case 'gamma':
      return jitter.mean * random.gamma(jitter.shape)
    case 'heavy-tail':
      return jitter.mean * random.heavyTail(jitter.index)
  }
}

/** The usual link of the tests: `base` each way plus exponential jitter. */
export const symmetricLink = (base: Seconds, jitter: Seconds): LinkConfig => {
  const way: Direction = { base, jitter: { kind: 'exponential', mean: jitter } }
  return { up: way, down: way }
}
