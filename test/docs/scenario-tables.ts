/**
 * The tables of docs/reference/scenarios.md, as the schema of scenarios has them.
 *
 *   node test/docs/scenario-tables.ts     writes them into the page
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { KNOWN_PLAYERS } from '#lab/players/known.ts'
import { eventSchemas, scenarioSchema } from '#lab/scenario/schema.ts'

export const PAGE = fileURLToPath(new URL('../../docs/reference/scenarios.md', import.meta.url))

interface Inside {
  type?: string
  entries?: Record<string, Inside>
  item?: Inside
  wrapped?: Inside
  pipe?: readonly Inside[]
  default?: unknown
}

function* stepsInto(schema: Inside): Generator<Inside> {
  for (let here: Inside | undefined = schema; here; here = here.wrapped ?? here.item ?? here.pipe?.[0])
    yield here
}
const entriesOf = (schema: Inside): Record<string, Inside> =>
  [...stepsInto(schema)].find(({ entries }) => entries)!.entries!

function tableOf(entries: Record<string, Inside>): string {
  const rows = Object.entries(entries).flatMap(([key, schema]) => {
    const description = v.getDescription(schema as never)
    if (description === undefined) return []
    const inside = [...stepsInto(schema)]
    const usual = inside.find(each => each.default !== undefined)?.default
    const optional = inside.some(({ type }) => type === 'optional')
    const cell = usual !== undefined ? ` \`${JSON.stringify(usual)}\`` : optional ? '' : ' must be given'
    return [`| \`${key}\` |${cell} | ${description} |`]
  })
  return ['| key | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

const all = entriesOf(scenarioSchema as Inside)

/** Below which heading which table stands. */
export const TABLES: readonly (readonly [heading: string, table: string])[] = [
  ['## The story', tableOf(all)],
  ...['guest', 'hypervisor', 'judged'].map(
    name => [`## \`[${name}]\``, tableOf(entriesOf(all[name]!))] as const,
  ),
  ['## `[[cpu]]`', tableOf(entriesOf(all.cpu!))],
  ['## `[[server]]`', tableOf(entriesOf(all.server!))],
  ['## `[[player]]`', tableOf(entriesOf(all.player!))],
  ['## Known players', playersTable()],
  ...Object.entries(eventSchemas).map(
    ([kind, schema]) => [`### \`${kind}\``, tableOf(entriesOf(schema as Inside))] as const,
  ),
]

function playersTable(): string {
  const rows = Object.entries(KNOWN_PLAYERS).map(([name, { about }]) => `| \`${name}\` | ${about} |`)
  return ['| name | who |', '|---|---|', ...rows].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sections = readFileSync(PAGE, 'utf8').split(/^(?=##)/m)
  const missing = TABLES.filter(([heading]) => !sections.some(section => section.startsWith(`${heading}\n`)))
  for (const [heading, table] of missing) sections.push(`${heading}\n\n${table}\n\n`)
  const written = sections.map(section => {
    const [, table] = TABLES.find(([heading]) => section.startsWith(`${heading}\n`)) ?? []
    return table === undefined ? section : section.replace(/^\|.*\|$(\n^\|.*\|$)*/m, () => table)
  })
  writeFileSync(PAGE, `${written.join('').trimEnd()}\n`)
}
