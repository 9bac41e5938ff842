/**
 * Reads the configuration: the file, then the files of conf.d beside it in the order of their names (sources add up,
 * other keys override). All that is wrong is said at once, each with file, line and what would be right.
 */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import { type KeyPath, lineOf } from '../../toml/explain.ts'
import { Problems } from '../../toml/problems.ts'
import { MOST_PROBLEMS, problemsOf, readText, readToml } from '../../toml/read.ts'
import { sourceOf } from './effective.ts'
import { configSchema, type FileConfig, MOST_SOURCES } from './schema.ts'

export const DEFAULT_PATH = '/etc/clockwright/clockwright.toml'

export interface LoadedConfig {
  readonly config: FileConfig
  readonly warnings: readonly string[]
  /** The files that were read; empty when there is no configuration at all. */
  readonly files: readonly string[]
}

export class ConfigError extends Problems {
  override name = 'ConfigError'
  constructor(problems: readonly string[]) {
    super('the configuration', problems)
  }
}

/** Throws ConfigError. Without a path the default one is read if it exists. */
export function loadConfig(path?: string): LoadedConfig {
  const main = path ?? DEFAULT_PATH
  const needed = path !== undefined || existsSync(main)
  const files = [...(needed ? [main] : []), ...dropIns(join(dirname(main), 'conf.d'))]
  const problems: string[] = []
  const warnings: string[] = []
  const written: Written[] = []
  let merged: Record<string, unknown> = {}
  for (const file of files) {
    const text = readText(file, 'a configuration', problems)
    const table = text === undefined ? undefined : readToml(text, file, problems)
    if (text === undefined || table === undefined) continue
    problems.push(...problemsOf(configSchema, table, text, file))
    warnOfPermissions(file, warnings)
    if (Array.isArray(table.source)) written.push(...table.source.map((_, index) => ({ file, text, index })))
    merged = merge(merged, table)
  }
  const tooMany = written[MOST_SOURCES]
  if (tooMany && problems.length === 0)
    problems.push(
      `${placeOf(tooMany)}: \`source\` may appear ${MOST_SOURCES} times at most, in all files together`,
    )
  if (problems.length > 0) throw new ConfigError(shortened(problems))
  const config = v.parse(configSchema, merged)
  checkTogether(config, written, problems)
  warnTogether(config, warnings)
  if (problems.length > 0) throw new ConfigError(shortened(problems))
  return { config, warnings, files }
}

function dropIns(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter(name => name.endsWith('.toml'))
      .sort()
      .map(name => join(directory, name))
  } catch {
    return []
  }
}

/** Where a `[[source]]` stands: in which file, and how many of that file come before it. */
interface Written {
  readonly file: string
  readonly text: string
  readonly index: number
}

/** File and line of the first of these keys that is written there, or of the table; the file alone when neither is seen. */
function placeOf({ file, text, index }: Written, ...keys: readonly string[]): string {
  const paths: KeyPath[] = [...keys.map(key => ['source', index, key]), ['source', index]]
  const line = paths.map(path => lineOf(text, path)).find(found => found !== undefined)
  return line === undefined ? file : `${file}:${line}`
}

/** What no single key shows. `written` has a place for each source. */
function checkTogether(config: FileConfig, written: readonly Written[], problems: string[]): void {
  const first = new Map<string, Written>()
  const twice = new Set<string>()
  config.source.forEach((source, i) => {
    const here = written[i]!
    const called = sourceOf(source).name
    if (source.minpoll > source.maxpoll)
      problems.push(
        `${placeOf(here, 'minpoll', 'maxpoll')}: source \`${called}\`: minpoll ${source.minpoll} is above maxpoll ${source.maxpoll}`,
      )
    const before = first.get(called)
    if (before && !twice.has(called)) {
      twice.add(called)
      problems.push(
        `${placeOf(here, 'name', 'address')}: two sources are called \`${called}\` (the other: ${placeOf(before, 'name', 'address')}); give one of them another \`name\``,
      )
    }
    if (!before) first.set(called, here)
  })
}

/** What may be meant so, and will hardly do what was hoped. */
function warnTogether({ source, agent, discipline }: FileConfig, warnings: string[]): void {
  const usable = source.filter(({ noselect }) => !noselect)
  if (source.length > 0 && source.every(({ address }) => address === HOST_CLOCK))
    warnings.push(
      'the only source is the clock of the host: it is not used unless it states its error, because no server proves it',
    )
  const servers = usable.reduce((sum, { pool, maxsources }) => sum + (pool ? maxsources : 1), 0)
  if (source.length > 0 && servers < agent.minsources)
    warnings.push(
      `\`minsources\` is ${agent.minsources}, and there ${servers === 1 ? 'is' : 'are'} only ${servers} to be used: nothing will ever be believed`,
    )
  const { hook } = discipline
  if (hook !== undefined && !isProgram(hook))
    warnings.push(`\`hook\` in [discipline]: ${hook} is no program that can be run`)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function warnOfPermissions(file: string, warnings: string[]): void {
  try {
    if (statSync(file).mode & 0o002) warnings.push(`${file} can be written by everybody`)
  } catch {
    // It was just read; if it is gone now, the next reload will say so.
  }
}

function merge(into: Record<string, unknown>, table: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...into }
  for (const [key, value] of Object.entries(table)) {
    const before = merged[key]
    if (Array.isArray(before) && Array.isArray(value)) merged[key] = [...before, ...value]
    else if (isTable(before) && isTable(value)) merged[key] = { ...before, ...value }
    else merged[key] = value
  }
  return merged
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function shortened(problems: readonly string[]): string[] {
  const shown = problems.slice(0, MOST_PROBLEMS)
  if (problems.length > shown.length) shown.push(`… and ${problems.length - shown.length} more`)
  return shown
}
