/**
 * Reads a TOML file that people write: its text, what it says, and all that is wrong with it by a schema, each with file,
 * line and what would be right.
 */
import { readFileSync, statSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { nearest } from '#dialects/nearest.ts'
import { printable } from '#report/table.ts'
import { type KeyPath, keysAt, lineOf } from './explain.ts'

const MOST_BYTES = 1 << 20
export const MOST_PROBLEMS = 20

/**
 * All that is wrong, at once. The schema stops at the first key of a table that it does not know; such a key is taken out
 * then (nothing else is done with a table that has one), and the rest is looked at again.
 */
export function problemsOf(
  schema: v.GenericSchema,
  table: Record<string, unknown>,
  text: string,
  file: string,
): string[] {
  const found = new Set<string>()
  while (found.size <= MOST_PROBLEMS) {
    const { issues = [] } = v.safeParse(schema, table)
    for (const issue of issues) found.add(explain(issue, { schema, table, text, file }))
    const unknown = issues.filter(({ expected }) => expected === 'never').map(({ path }) => path?.at(-1))
    if (unknown.length === 0) break
    for (const at of unknown) if (at) delete (at.input as Record<string, unknown>)[at.key as string]
  }
  const lineIn = (problem: string) => Number(problem.slice(file.length).match(/^:(\d+):/)?.[1] ?? 0)
  return [...found].sort((a, b) => lineIn(a) - lineIn(b))
}

export function readText(file: string, what: string, problems: string[]): string | undefined {
  try {
    const stat = statSync(file)
    const { size } = stat
    if (!stat.isFile()) {
      problems.push(`${file}: is no regular file`)
      return undefined
    }
    if (size > MOST_BYTES) {
      problems.push(`${file}: ${size} bytes are more than ${what} has (1 MiB at most)`)
      return undefined
    }
    return readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    problems.push(
      code === 'ENOENT' ? `${file}: there is no such file` : `${file}: cannot be read: ${message}`,
    )
    return undefined
  }
}

export function readToml(
  text: string,
  file: string,
  problems: string[],
): Record<string, unknown> | undefined {
  try {
    return parse(text)
  } catch (error) {
    const where = error instanceof TomlError ? `:${error.line}:${error.column}` : ''
    const what = (error as Error).message.split('\n')[0]!.replace(/^Invalid TOML document: /, '')
    problems.push(`${file}${where}: ${printable(what)}`)
    return undefined
  }
}

interface Read {
  readonly schema: v.GenericSchema
  readonly table: unknown
  readonly text: string
  readonly file: string
}

function explain(issue: v.BaseIssue<unknown>, { schema, table: all, text, file }: Read): string {
  const path: KeyPath = (issue.path ?? []).map(step => step.key as string | number)
  const key = path.findLast(step => typeof step === 'string')
  const line = lineOf(text, path)
  const where = `${file}${line === undefined ? '' : `:${line}`}`
  const table =
    path.length > 1 ? ` in ${typeof path[1] === 'number' ? `[[${path[0]}]]` : `[${path[0]}]`}` : ''
  if (issue.type === 'strict_object' && key !== undefined && issue.expected === 'never') {
    const keys = keysAt(schema, path.slice(0, -1), all)
    const near = nearest(String(key), keys)
    const known = near ? `did you mean \`${near}\`?` : `known are: ${keys.join(', ')}`
    return `${where}: unknown key \`${name(key)}\`${table}; ${known}`
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') {
    const header = lineOf(text, path.slice(0, typeof path[1] === 'number' ? 2 : 1))
    return `${file}${header === undefined ? '' : `:${header}`}: \`${name(key)}\` is missing${table}`
  }
  const message = issue.message.startsWith('Invalid')
    ? `is not right: ${printable(issue.message)}`
    : issue.message
  return `${where}: \`${name(key)}\`${table} ${message}${nearestWord(issue)}`
}

/** Where one of several words is wanted, the one that is close to what was written. */
function nearestWord({ expected, input }: v.BaseIssue<unknown>): string {
  if (typeof input !== 'string' || expected === null) return ''
  const near = nearest(
    input,
    Array.from(expected.matchAll(/"([^"]+)"/g), ([, word]) => word!),
  )
  return near === undefined ? '' : `; did you mean "${near}"?`
}

const name = (key: string | number | undefined): string => printable(String(key ?? '').slice(0, 60))
