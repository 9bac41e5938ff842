/** A daemon that is made before its world begins: its configuration is read then, and its life begins with the first event. */
import type { AgentEvent } from '#core/agent/event.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Belief, Daemon, DaemonAction } from '../daemon.ts'

export interface Living {
  readonly belief: Belief | undefined
  handle(event: AgentEvent): readonly DaemonAction[]
}

export function fromStart(begin: (start: Reading) => Living): Daemon {
  let living: Living | undefined
  return {
    handle(event) {
      if (event.kind === 'started') living = begin(event.now)
      return living?.handle(event) ?? []
    },
    believe: () => living?.belief,
  }
}
