/** From the configuration on the disk to orders: its own sources, or those that the machine has already. */
import { join } from 'node:path'
import type { AgentConfig, SourceConfig } from '#core/agent/config.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import { NO_LIMITS } from '#core/guest/policy.ts'
import { openClock } from '#worlds/host/clock.ts'
import { openFiles } from '#worlds/host/files.ts'
import { openHostTime } from '#worlds/host/host-time.ts'
import { readMachine } from '#worlds/host/machine.ts'
import { loadLibc } from '#worlds/libc.ts'
import { agentConfigOf, hostClockSource, serverOf, sourceOf } from './config/effective.ts'
import { ConfigError, type LoadedConfig, loadConfig } from './config/load.ts'
import type { FileConfig } from './config/schema.ts'
import type { Orders } from './orders.ts'
import { stateDirectory } from './places.ts'
import { type Choice, findSources } from './sources.ts'

export interface Overrides {
  readonly discipline?: boolean
  readonly port?: number
  readonly history?: string
  readonly journal?: string
}

const NOT_OURS =
  '[server] `listen`: an agent that only watches serves no time, because it does not keep the clock that clients would be told. Run it with --discipline, or leave `listen` out'

/** Throws ConfigError. */
export function prepareOrders(configFile: string | undefined, overrides: Overrides = {}): Orders {
  const loaded = loadConfig(configFile)
  const { history, page } = loaded.config
  const { agent, sourcesFrom, notes } = effectiveAgent(loaded)
  const discipline = overrides.discipline ?? false
  const server = serverOf(loaded.config)
  if (server && !discipline) throw new ConfigError([NOT_OURS])
  return {
    agent: discipline ? agent : { ...agent, policy: NO_LIMITS },
    discipline,
    sourcesFrom,
    notes: [...loaded.warnings, ...notes],
    history: {
      path: overrides.history ?? history.path ?? join(stateDirectory(), 'history.db'),
      keepFull: history.keep,
      maxBytes: history.maxsize,
    },
    page: { host: page.address, port: overrides.port ?? page.port },
    ...(loaded.config.discipline.hook ? { hook: loaded.config.discipline.hook } : {}),
    ...(server ? { server } : {}),
    ...(overrides.journal ? { journal: overrides.journal } : {}),
    ...(configFile ? { configFile } : {}),
  }
}

/** The clock of the host, where it can be read and is not configured already. */
function hostClock({ source }: FileConfig): SourceConfig[] {
  const loaded = loadLibc()
  if (loaded.kind !== 'loaded' || source.some(({ address }) => address === HOST_CLOCK)) return []
  const reader = openHostTime(loaded.libc, openClock(loaded.libc), openFiles())
  reader?.close()
  return reader ? [hostClockSource(reader.name)] : []
}

export interface Effective {
  readonly agent: AgentConfig
  readonly sourcesFrom: string
  /** Nobody named them: they are the public pool. */
  readonly assumed: boolean
  /** Those that files of daemons name and that are this machine itself. */
  readonly itself: readonly string[]
  readonly notes: readonly string[]
}

export function effectiveAgent({ config, files }: LoadedConfig, choice: Choice = {}): Effective {
  const host = config.agent.hostclock ? hostClock(config) : []
  if (config.source.length > 0) {
    const agent = agentConfigOf(config, [...config.source.map(sourceOf), ...host])
    return { agent, sourcesFrom: `configured in ${files.join(', ')}`, assumed: false, itself: [], notes: [] }
  }
  const running = readMachine().timekeepers.map(({ name }) => name)
  const found = findSources('/', running, serverOf(config) ? {} : choice)
  return {
    agent: agentConfigOf(config, [...found.sources, ...host]),
    sourcesFrom: found.origin,
    assumed: found.assumed,
    itself: found.itself,
    notes: found.notes,
  }
}
