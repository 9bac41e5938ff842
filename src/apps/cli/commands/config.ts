/** `clockwright config check` and `clockwright config show`. */
import { join } from 'node:path'
import { printEffective } from '../../daemon/config/effective.ts'
import { DEFAULT_PATH, loadConfig } from '../../daemon/config/load.ts'
import { stateDirectory } from '../../daemon/places.ts'
import { effectiveAgent } from '../../daemon/prepare.ts'

interface Options {
  config?: string
}

export function check(options: Options): void {
  const { files, warnings, config } = loadConfig(options.config)
  for (const warning of warnings) process.stdout.write(`warning: ${warning}\n`)
  if (files.length === 0) process.stdout.write(`There is no ${DEFAULT_PATH}: everything is at its default.\n`)
  else process.stdout.write(`${files.join(', ')}: right; ${config.source.length} sources.\n`)
  process.exitCode = warnings.length > 0 ? 1 : 0
}

export function show(options: Options): void {
  const loaded = loadConfig(options.config)
  const { agent, sourcesFrom, notes } = effectiveAgent(loaded)
  const history = loaded.config.history.path ?? join(stateDirectory(), 'history.db')
  for (const note of notes) process.stdout.write(`# Note: ${note}\n`)
  process.stdout.write(printEffective(loaded.config, agent.sources, sourcesFrom, history))
}
