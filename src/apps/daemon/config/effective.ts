/** From the configuration file to what the agent is told, and back to a file that says it all. */
import { type AgentConfig, SOURCE_DEFAULTS, type SourceConfig } from '#core/agent/config.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import type { Policy } from '#core/guest/policy.ts'
import { PPM } from '#core/time/units.ts'
import type { ServerOrders } from '../serving.ts'
import type { FileConfig, FileSource } from './schema.ts'

export function agentConfigOf(config: FileConfig, sources: readonly SourceConfig[]): AgentConfig {
  const { minsources, maxdistance } = config.agent
  return { minsources, maxdistance, policy: policyOf(config), sources }
}

/** The clock of the host is near, and to read it costs no packets. */
export const hostClockSource = (name: string): SourceConfig => ({
  ...SOURCE_DEFAULTS,
  name: `host clock (${name})`,
  address: HOST_CLOCK,
  minpoll: 4,
  maxpoll: 4,
})

const policyOf = ({ discipline }: FileConfig): Policy => ({
  afterDisruption: discipline.afterdisruption,
  startLimit: discipline.startlimit ?? Number.MAX_VALUE,
  maxSlew: discipline.maxslew * PPM,
  leap: discipline.leap,
  panic: discipline.panic,
})

export const serverOf = ({ server }: FileConfig): ServerOrders | undefined =>
  server.listen.length === 0
    ? undefined
    : {
        listen: [...new Set(server.listen)],
        port: server.port,
        allow: server.allow,
        deny: server.deny,
        limit: server.ratelimit ? { interval: server.interval, burst: server.burst } : undefined,
      }

export const sourceOf = ({ name, nts: _nts, ...source }: FileSource): SourceConfig => ({
  ...source,
  name: name ?? (source.port === SOURCE_DEFAULTS.port ? source.address : `${source.address}:${source.port}`),
})

/** The configuration as it is in effect, as a file with every key in it. */
export function printEffective(
  config: FileConfig,
  sources: readonly SourceConfig[],
  origin: string,
  historyPath: string,
): string {
  const { page, history, server } = config
  const lines = [`# Sources: ${origin}`]
  for (const source of sources) lines.push('[[source]]', ...entries(source), '')
  lines.push('[agent]', ...entries(config.agent), '')
  lines.push('[discipline]', ...entries(config.discipline), '')
  lines.push('[server]', ...entries(server), '', '[page]', ...entries(page), '')
  lines.push(
    '[history]',
    ...entries({ path: historyPath, keep: `${history.keep}s`, maxsize: `${history.maxsize / 1e6}MB` }),
  )
  return `${lines.join('\n')}\n`
}

const entries = (table: object): string[] =>
  Object.entries(table).map(([key, value]) => `${key} = ${toml(value)}`)

const toml = (value: unknown): string =>
  typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value)
