/** Whoever keeps time in a world: it is told what happened and answers what should be done. Our agent is one. */
import type { AgentAction } from './action.ts'
import type { AgentEvent } from './event.ts'

export interface Timekeeper {
  handle(event: AgentEvent): readonly AgentAction[]
  /** True of one that never looks at when its packets left: a world may save itself the trouble of telling it. */
  readonly ignoresDepartures?: boolean
}
