/** From what is wrong with a TOML file to sentences that name file, line, key and the nearest valid key. */
import type { GenericSchema } from 'valibot'

export type KeyPath = readonly (string | number)[]

/** The keys that the schema knows below `path`. Where a table may be one of several kinds, `table` (all of the file) says which. */
export function keysAt(schema: unknown, path: KeyPath, table?: unknown): string[] {
  let written = table
  let here = unwrap(schema, written)
  for (const step of path) {
    written = (written as Record<string, unknown> | undefined)?.[step]
    here = unwrap(typeof step === 'number' ? here?.item : here?.entries?.[step], written)
  }
  return Object.keys(here?.entries ?? {})
}

interface Inside {
  entries?: Record<string, GenericSchema>
  item?: GenericSchema
  wrapped?: GenericSchema
  pipe?: readonly GenericSchema[]
  /** Kinds of a table, told apart by the key that `key` names. */
  key?: string
  options?: readonly Inside[]
}

function unwrap(schema: unknown, written: unknown): Inside | undefined {
  let here = schema as Inside | undefined
  while (here && (here.wrapped || (here.pipe && !here.entries && !here.item)))
    here = (here.wrapped ?? here.pipe?.[0]) as Inside
  const { key, options } = here ?? {}
  if (key === undefined || !options) return here
  const kind = (written as Record<string, unknown> | undefined)?.[key]
  return options.find(
    option => (option.entries?.[key] as { literal?: unknown } | undefined)?.literal === kind,
  )
}

/**
 * The line on which a key stands, counted from 1. The parser tells no positions of keys, so the text is looked through
 * for table headers and keys; undefined when it is written in a way that this does not see (an inline table, say).
 */
export function lineOf(text: string, path: KeyPath): number | undefined {
  const [table, index] = path
  // A number is the place of a table among those of its name, or of an entry in a list, which has no line of its own.
  const key = path.length === 2 && typeof index === 'number' ? undefined : path.findLast(isName)
  let inside: string | undefined
  let count = -1
  const lines = text.split('\n', 100_000)
  for (const [i, line] of lines.entries()) {
    const header = /^\s*\[{1,2}\s*["']?([\w-]+)["']?\s*\]{1,2}/.exec(line)
    if (header) {
      inside = header[1]
      if (inside === table) count++
      if (key === undefined && inside === table && count === index) return i + 1
      if (path.length === 1 && inside === key) return i + 1
      continue
    }
    const here =
      path.length === 1
        ? inside === undefined
        : inside === table && (typeof index !== 'number' || count === index)
    if (here && key !== undefined && startsWithKey(line, key)) return i + 1
  }
  return undefined
}

const isName = (step: string | number) => typeof step === 'string'

function startsWithKey(line: string, key: string): boolean {
  const start = line.trimStart()
  const bare = start.startsWith(key)
    ? start.slice(key.length)
    : start.startsWith(`"${key}"`)
      ? start.slice(key.length + 2)
      : undefined
  return bare !== undefined && /^\s*[=.]/.test(bare)
}
