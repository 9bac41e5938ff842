/**
 * A time daemon as the lab models it: told what happens as our own agent is, and answering with what our agent would
 * answer, but for the clock: it asks its kernel, as real daemons do.
 */
import type { AgentAction } from '#core/agent/action.ts'
import type { AgentEvent } from '#core/agent/event.ts'
import type { Timekeeper } from '#core/agent/timekeeper.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { KernelCall } from '#worlds/simulated/kernel-clock.ts'

export type DaemonAction =
  | Exclude<AgentAction, { kind: 'steer' }>
  | { readonly kind: 'adjust'; readonly call: KernelCall }
  /** What servers send to their multicast group is wanted, as datagrams of this flow. */
  | { readonly kind: 'join'; readonly flow: Flow }
  /** The process ends, and the clock runs on as the kernel left it. */
  | { readonly kind: 'exit'; readonly why: string }

export interface Daemon {
  handle(event: AgentEvent): readonly DaemonAction[]
  /** As of a timekeeper. */
  readonly ignoresDepartures?: boolean
  /** What it would say of the clock if it were asked now; changes nothing. Absent in a daemon that nobody can ask. */
  believe?(now: Reading): Belief | undefined
}

/** Positive: the clock is behind. */
export interface Belief {
  readonly offset: Seconds
  /** True time lies within `offset ± errorBound`, the daemon says; undefined when it promises nothing. */
  readonly errorBound: Seconds | undefined
}

/** Who carries out what a daemon asks of its guest beyond what every timekeeper may ask of a world. */
export interface Guest {
  adjust(call: KernelCall): void
  join(flow: Flow): void
  exited(why: string): void
}

/** A daemon, so that a world can be driven by it. After its exit it answers nothing any more. */
export function inGuest(daemon: Daemon, guest: Guest): Timekeeper {
  let gone = false
  return {
    ignoresDepartures: daemon.ignoresDepartures ?? false,
    handle(event) {
      if (gone) return []
      const actions = daemon.handle(event)
      if (areForWorld(actions)) return actions
      const forWorld: AgentAction[] = []
      for (const action of actions) {
        if (action.kind === 'adjust') guest.adjust(action.call)
        else if (action.kind === 'join') guest.join(action.flow)
        else if (action.kind === 'exit') {
          gone = true
          guest.exited(action.why)
        } else forWorld.push(action)
      }
      return forWorld
    },
  }
}

type WorldAction = Exclude<AgentAction, { kind: 'steer' }>

function areForWorld(actions: readonly DaemonAction[]): actions is readonly WorldAction[] {
  for (const { kind } of actions) if (kind === 'adjust' || kind === 'join' || kind === 'exit') return false
  return true
}
