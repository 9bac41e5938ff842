/**
 * The contract between an agent and the place where it lives: a clock, a network, timers, names. There are several
 * worlds (the real host, the simulated one, clknetsim) and an agent cannot tell in which one it is.
 *
 * Every call is synchronous and returns at once; what happens later comes back as an event through the `tell`
 * function that was handed to `open`. A world never calls `tell` from inside one of these calls.
 */
import type { Claim, Steered } from '#core/agent/action.ts'
import type { AgentEvent } from '#core/agent/event.ts'
import type { Steering } from '#core/discipline/steering.ts'
import type { Endpoint, Flow } from '#core/ntp/endpoint.ts'
import type { Responder } from '#core/ntp/responder.ts'
import type { Monotonic, Reading } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'

export interface World {
  readonly clock: Clock
  readonly network: Network
  readonly timers: Timers
  readonly names: Names
  /** Random 32-bit numbers, unpredictable in a real world, from a seed in a simulated one. */
  readonly random: () => number
  /** What the agent wants to be remembered. */
  record(record: TraceRecord): void
  /** Begin to tell events, the first of them `started`. */
  open(tell: (event: AgentEvent) => void): void
  /** Tell nothing more, and let go of everything. */
  close(): void
}

export interface Clock {
  read(): Reading
  /** The smallest step that a reading can see, and so what any single reading can be wrong by. */
  readonly precision: Seconds
  steer(order: Steering): Steered
  /** Hands on what programs may believe of the clock. */
  announce(claim: Claim): void
}

export interface Network {
  send(flow: Flow, to: Endpoint, bytes: Uint8Array): void
  release(flow: Flow): void
  /**
   * Lets `responder` answer whoever asks there, in the turn in which the world has the datagram: no event is told of it.
   * The name of the system's error when that cannot be. Absent in a world that has no clock to serve.
   */
  readonly listen?: (at: Endpoint, responder: Responder) => Listening | string
}

export interface Listening {
  /** Something happened to the clock: what came before, and waits, is not answered. */
  discard(): void
  close(): void
}

export interface Timers {
  wake(at: Monotonic): void
}

export interface Names {
  resolve(name: string): void
}
