/** What a daemon's message means, as far as it means something to us. */
import type { Daemon, EventName } from '#core/trace/series.ts'

export interface Said {
  readonly what: EventName
  readonly size: number
  readonly source: string | undefined
  /** Of whom, where somebody else says it. */
  readonly daemon?: Daemon
  /** By a program that sets the clock once and ends. */
  readonly once?: boolean
  /** It was measured, and left as it was: a measurement, and no event. */
  readonly only?: 'measured'
  /** What of the line says it, where the line says much else. */
  readonly text?: string
}

export const said = (what: EventName, more: { size?: number; source?: string | undefined } = {}): Said => ({
  what,
  size: more.size ?? Number.NaN,
  source: more.source,
})
