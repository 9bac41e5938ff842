/** What an agent made of a journal: told again what it was told then, with the same chance, it records the same. */

import { Agent } from '#core/agent/agent.ts'
import type { AgentConfig } from '#core/agent/config.ts'
import type { JournalEntry } from '#core/agent/journal.ts'
import type { Reading } from '#core/time/instant.ts'
import type { TraceRecord } from '#core/trace/record.ts'

export interface Recorded {
  readonly config: AgentConfig
  readonly first: Reading
  readonly last: Reading
  readonly records: readonly TraceRecord[]
  readonly requests: number
  readonly replies: number
}

/** Undefined when nothing was told in this life. */
export function traceOf(config: AgentConfig, entries: Iterable<JournalEntry>): Recorded | undefined {
  const drawn: number[] = []
  const agent = new Agent(config, () => drawn.shift() ?? 0)
  const records: TraceRecord[] = []
  let first: Reading | undefined
  let last: Reading | undefined
  let [requests, replies] = [0, 0]
  for (const { event, random } of entries) {
    first ??= event.now
    last = event.now
    if (event.kind === 'sent') requests++
    if (event.kind === 'datagram') replies++
    drawn.splice(0, drawn.length, ...random)
    for (const action of agent.handle(event)) if (action.kind === 'record') records.push(action.record)
  }
  return first && last ? { config, first, last, records, requests, replies } : undefined
}
