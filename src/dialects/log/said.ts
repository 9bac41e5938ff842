/** What a daemon's message means, as far as it means something to us. */
import type { EventName } from '#core/trace/series.ts'

export interface Said {
  readonly what: EventName
  readonly size: number
  readonly source: string | undefined
  /** What of the line says it, where the line says much else. */
  readonly text?: string
}

export const said = (what: EventName, more: { size?: number; source?: string | undefined } = {}): Said => ({
  what,
  size: more.size ?? Number.NaN,
  source: more.source,
})
