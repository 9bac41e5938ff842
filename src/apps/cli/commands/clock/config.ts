/** `clockwright config check` and `clockwright config show`. */
import { join } from 'node:path'
import { plural } from '#report/words/say.ts'
import { printEffective } from '../../../daemon/config/effective.ts'
import { ConfigError, DEFAULT_PATH, loadConfig } from '../../../daemon/config/load.ts'
import { stateDirectory } from '../../../daemon/places.ts'
import { effectiveAgent } from '../../../daemon/prepare.ts'
import { OK, UNKNOWN, WARNING } from '../../exit.ts'
import { printJson } from '../../print.ts'

interface Options {
  json?: boolean
  config?: string
}

export function check(options: Options): void {
  if (options.json) return checkForPrograms(options)
  const { files, warnings, config } = loadConfig(options.config)
  for (const warning of warnings) process.stdout.write(`warning: ${warning}\n`)
  if (files.length === 0) process.stdout.write(`There is no ${DEFAULT_PATH}: everything is at its default.\n`)
  else process.stdout.write(`${files.join(', ')}: right; ${plural(config.source.length, 'source')}.\n`)
  process.exitCode = warnings.length > 0 ? WARNING : OK
}

function checkForPrograms({ config }: Options): void {
  try {
    const { files, warnings } = loadConfig(config)
    printJson({ files, warnings, problems: [] })
    process.exitCode = warnings.length > 0 ? WARNING : OK
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    printJson({ files: [], warnings: [], problems: error.problems })
    process.exitCode = UNKNOWN
  }
}

export function show(options: Options): void {
  const loaded = loadConfig(options.config)
  const { agent, sourcesFrom, notes } = effectiveAgent(loaded)
  const history = {
    ...loaded.config.history,
    path: loaded.config.history.path ?? join(stateDirectory(), 'history.db'),
  }
  if (options.json) return printJson({ ...loaded.config, source: agent.sources, history, sourcesFrom, notes })
  for (const note of notes) process.stdout.write(`# Note: ${note}\n`)
  process.stdout.write(printEffective(loaded.config, agent.sources, sourcesFrom, history.path))
}
