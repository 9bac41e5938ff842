/** The loop: what happens in the world is told to the timekeeper, and what that answers is done in the world. */
import type { AgentAction } from '#core/agent/action.ts'
import type { AgentEvent } from '#core/agent/event.ts'
import type { Timekeeper } from '#core/agent/timekeeper.ts'
import type { World } from './world.ts'

export interface Driven {
  /** Tells the timekeeper something that does not come from the world: a new configuration. */
  tell(event: AgentEvent): void
}

/** Most of the time nothing waits, and then nothing is moved. */
const nextOf = (waiting: AgentEvent[]): AgentEvent | undefined =>
  waiting.length === 0 ? undefined : waiting.shift()

/** `witness` sees every event with the actions that it led to, before they are done (a journal, say). */
export function drive(
  world: World,
  timekeeper: Timekeeper,
  witness?: (event: AgentEvent, actions: readonly AgentAction[]) => void,
): Driven {
  const waiting: AgentEvent[] = []
  let busy = false

  /** What an order led to is told when all of the answer that gave it has been done. */
  function tell(event: AgentEvent): void {
    if (busy) {
      waiting.push(event)
      return
    }
    busy = true
    try {
      for (let next: AgentEvent | undefined = event; next; next = nextOf(waiting)) {
        const actions = timekeeper.handle(next)
        witness?.(next, actions)
        for (const action of actions) perform(action)
      }
    } finally {
      busy = false
    }
  }

  function perform(action: AgentAction): void {
    switch (action.kind) {
      case 'send':
        return world.network.send(action.flow, action.to, action.bytes)
      case 'release':
        return world.network.release(action.flow)
      case 'wake':
        return world.timers.wake(action.at)
      case 'resolve':
        return world.names.resolve(action.name)
      case 'record':
        return world.record(action.record)
      case 'announce':
        return world.clock.announce(action.claim)
      case 'steer': {
        const steered = world.clock.steer(action.order)
        return tell({ kind: 'steered', now: steered.now, steered })
      }
    }
  }

  world.open(tell)
  return { tell }
}
