/**
 * What is to be told, and when. A world must not tell from inside a call, so what a call finds out waits here until the
 * call's turn of the event loop is over. What the loop itself brings is told at once, but never before what waits.
 */
import type { AgentEvent } from '#core/agent/event.ts'
import type { Reading } from '#core/time/instant.ts'

/** An event without the reading of its delivery, which is taken when it is delivered. */
export type Untold = AgentEvent extends infer E ? (E extends AgentEvent ? Omit<E, 'now'> : never) : never

export interface Outbox {
  /** Tells later; may be called from anywhere. */
  post(event: Untold): void
  /** Tells all that waits. Only from the event loop, before anything else is told. */
  flush(): void
  /** Tells now. Only from the event loop, after `flush`. */
  tell(event: AgentEvent): void
  /** Nothing is told before this; `first` goes before what was posted earlier. */
  open(tell: (event: AgentEvent) => void, first: Untold): void
  close(): void
}

export function openOutbox(read: () => Reading): Outbox {
  let waiting: Untold[] = []
  let listener: ((event: AgentEvent) => void) | undefined
  let due: NodeJS.Immediate | undefined
  let closed = false

  /** Only what waits now: whoever is told may post more, and that must not keep the event loop from turning. */
  function flush(): void {
    clearImmediate(due)
    due = undefined
    const batch = waiting
    waiting = []
    try {
      while (listener && batch.length > 0) tell({ ...batch.shift()!, now: read() } as AgentEvent)
    } finally {
      if (listener) waiting.unshift(...batch)
      if (waiting.length > 0) schedule()
    }
  }

  function schedule(): void {
    if (listener && !closed) due ??= setImmediate(flush)
  }

  function tell(event: AgentEvent): void {
    listener?.(event)
  }

  return {
    post(event) {
      if (closed) return
      waiting.push(event)
      schedule()
    },
    flush,
    tell,
    open(tell, first) {
      listener = tell
      waiting.unshift(first)
      schedule()
    },
    close() {
      closed = true
      listener = undefined
      waiting = []
      clearImmediate(due)
    },
  }
}
