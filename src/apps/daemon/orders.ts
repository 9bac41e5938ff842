/** What the agent's process is started with. It is handed over as one JSON argument, so that the agent needs no parser. */
import type { AgentConfig } from '#core/agent/config.ts'
import type { Seconds } from '#core/time/units.ts'
import type { ServerOrders } from './serving.ts'

export interface Orders {
  readonly agent: AgentConfig
  /** Keep the clock, or only watch it. */
  readonly discipline: boolean
  /** A sentence: where the list of sources comes from. */
  readonly sourcesFrom: string
  /** Warnings and notes of the configuration, for the log. */
  readonly notes: readonly string[]
  readonly history: { readonly path: string; readonly keepFull: Seconds; readonly maxBytes: number }
  readonly page: { readonly host: string; readonly port: number }
  /** A program to run before and after each step. */
  readonly hook?: string
  /** Serve time; absent when nobody is served. */
  readonly server?: ServerOrders
  readonly journal?: string
  /** The configuration file, to be read again on SIGHUP; absent for the default one. */
  readonly configFile?: string
}
