/** The colour of a source's fate in a terminal; the words beside it say the same. */
import type { SourceState } from '#core/agent/reason.ts'
import type { Emphasis } from './style.ts'

export function stateColour(state: SourceState): Emphasis {
  if (state === 'system' || state === 'survivor') return 'green'
  return state === 'outlier' || state === 'starting' ? 'yellow' : 'red'
}
