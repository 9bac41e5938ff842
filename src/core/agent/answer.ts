/** What the agent answers to one event, while it is being put together. */
import type { Reading } from '#core/time/instant.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { AgentAction } from './action.ts'

export class Answer {
  readonly actions: AgentAction[] = []

  do(action: AgentAction): void {
    this.actions.push(action)
  }

  record(record: TraceRecord): void {
    this.actions.push({ kind: 'record', record })
  }

  /** Something that a person should be able to read later; `name` is stable, `text` is a sentence. */
  notice(at: Reading, name: string, text: string): void {
    this.record({ kind: 'notice', at, name, text })
  }
}
