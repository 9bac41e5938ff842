/**
 * Reads a scenario from its file. All that is wrong is said at once, each with file, line and what would be right. A name
 * without a path and without an ending means one of those that are installed with the program.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { nearest } from '#dialects/nearest.ts'
import { notesOf } from '#lab/players/of-scenario.ts'
import { checkTogether } from '#lab/scenario/check.ts'
import { nameOfPlayer } from '#lab/scenario/player-name.ts'
import { type Scenario, scenarioSchema } from '#lab/scenario/schema.ts'
import { lineOf } from '../toml/explain.ts'
import { Problems } from '../toml/problems.ts'
import { problemsOf, readText, readToml } from '../toml/read.ts'

export class ScenarioError extends Problems {
  override name = 'ConfigError'
  constructor(problems: readonly string[]) {
    super('the scenario', problems)
  }
}

export interface ScenarioFile {
  readonly path: string
  /** Without directory and ending. */
  readonly name: string
  readonly scenario: Scenario
  /** What of the configurations in it was assumed or is not played. */
  readonly notes: readonly string[]
}

/** Throws ScenarioError. */
export function readScenario(named: string): ScenarioFile {
  const path = find(named)
  const problems: string[] = []
  const text = readText(path, 'a scenario', problems)
  const table = text === undefined ? undefined : readToml(text, path, problems)
  if (text === undefined || table === undefined) throw new ScenarioError(problems)
  const files = readPlayerFiles(table, text, path, problems)
  problems.push(...problemsOf(scenarioSchema, structuredClone(table), text, path))
  if (problems.length > 0) throw new ScenarioError(problems)
  const scenario = v.parse(scenarioSchema, table)
  const wrong = checkTogether(scenario).map(({ path: key, message }) => {
    const line = lineOf(text, key) ?? lineOf(text, key.slice(0, 2))
    const last = key.at(-1)
    return `${path}${line === undefined ? '' : `:${line}`}: ${typeof last === 'string' ? `\`${last}\` ` : ''}${message}`
  })
  if (wrong.length > 0) throw new ScenarioError(wrong)
  const notes = scenario.player.flatMap((player, i) => {
    const where = files.get(i) ?? `\`config\` of ${nameOfPlayer(player)}`
    return notesOf(player).map(note => `${where}: ${note}`)
  })
  return { path, name: basename(path).replace(/\.toml$/, ''), scenario, notes }
}

/**
 * The text of a file stands where the file was named; the schema then sees one way to give a configuration. Answers with the files
 * by the place of their player.
 */
function readPlayerFiles(
  table: Record<string, unknown>,
  text: string,
  path: string,
  problems: string[],
): ReadonlyMap<number, string> {
  const files = new Map<number, string>()
  if (!Array.isArray(table.player)) return files
  for (const [i, player] of table.player.entries()) {
    if (typeof player !== 'object' || player === null) continue
    if (typeof player.file !== 'string' || player.config !== undefined) continue
    try {
      player.config = readFileSync(resolve(dirname(path), player.file), 'utf8')
      files.set(i, player.file)
      delete player.file
    } catch (error) {
      const line = lineOf(text, ['player', i, 'file'])
      const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error)
      problems.push(
        `${path}${line === undefined ? '' : `:${line}`}: \`file\` in [[player]] ${player.file}: ${why}`,
      )
    }
  }
  return files
}

function find(named: string): string {
  if (existsSync(named) || /[/.]/.test(named)) return named
  const installed = installedScenarios()
  const path = installed.find(each => basename(each) === `${named}.toml`)
  if (path !== undefined) return path
  const names = installed.map(each => basename(each, '.toml'))
  const near = nearest(named, names)
  throw new ScenarioError([
    `${named}: there is no such file, and no scenario of that name; ${near ? `did you mean \`${near}\`?` : `known are: ${names.join(', ')}`}`,
  ])
}

/** Beside the sources in a checkout, beside the built program in a package. */
export function installedScenarios(): string[] {
  const folder = ['../../../scenarios', '../../scenarios', '../scenarios']
    .map(path => fileURLToPath(new URL(path, import.meta.url)))
    .find(existsSync)
  if (folder === undefined) return []
  return readdirSync(folder)
    .filter(name => name.endsWith('.toml'))
    .sort()
    .map(name => join(folder, name))
}
