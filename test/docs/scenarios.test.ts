/** docs/reference/scenarios.md says what the schema of scenarios says, and its example plays. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { readScenario } from '#apps/lab/scenario-file.ts'
import { KNOWN_PLAYERS } from '#lab/players/known.ts'
import { eventSchemas, scenarioSchema } from '#lab/scenario/schema.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/reference/scenarios.md', import.meta.url)), 'utf8')

interface Inside {
  type?: string
  entries?: Record<string, Inside>
  item?: Inside
  wrapped?: Inside
  pipe?: readonly Inside[]
  default?: unknown
}

const stepsInto = function* (schema: Inside): Generator<Inside> {
  for (let here: Inside | undefined = schema; here; here = here.wrapped ?? here.item ?? here.pipe?.[0])
    yield here
}
const entriesOf = (schema: Inside): Record<string, Inside> =>
  [...stepsInto(schema)].find(({ entries }) => entries)!.entries!

/** The table that belongs on the page. */
function tableOf(entries: Record<string, Inside>): string {
  const rows = Object.entries(entries).flatMap(([key, schema]) => {
    const description = v.getDescription(schema as never)
    if (description === undefined) return []
    const inside = [...stepsInto(schema)]
    const usual = inside.find(each => each.default !== undefined)?.default
    const optional = inside.some(({ type }) => type === 'optional')
    const cell = usual !== undefined ? `\`${JSON.stringify(usual)}\`` : optional ? '' : 'must be given'
    return [`| \`${key}\` | ${cell} | ${description} |`]
  })
  return ['| key | default | meaning |', '|---|---|---|', ...rows].join('\n').replaceAll('|  |', '| |')
}

const all = entriesOf(scenarioSchema as Inside)
const TABLES: readonly (readonly [string, Record<string, Inside>])[] = [
  ['## The story', all],
  ...['guest', 'judged'].map(name => [`## \`[${name}]\``, entriesOf(all[name]!)] as const),
  ...['server', 'player'].map(name => [`## \`[[${name}]]\``, entriesOf(all[name]!)] as const),
  ...Object.entries(eventSchemas).map(
    ([kind, schema]) => [`### \`${kind}\``, entriesOf(schema as Inside)] as const,
  ),
]

describe('docs/reference/scenarios.md', () => {
  test.each(TABLES)('%s has the table of the schema', (heading, entries) => {
    const [, after = ''] = page.split(`\n${heading}\n`)
    expect(after.split('\n#')[0]).toContain(tableOf(entries))
  })

  test('has no heading for what is not there', () => {
    const headings = [...page.matchAll(/^##+ `\[*([\w-]+)\]*`$/gm)].map(([, name]) => name!)
    const known = ['guest', 'server', 'event', 'player', 'judged', ...Object.keys(eventSchemas)]
    expect(headings.sort()).toEqual(known.sort())
  })

  test('lists the known players', () => {
    for (const [name, { about }] of Object.entries(KNOWN_PLAYERS))
      expect(page).toContain(`| \`${name}\` | ${about} |`)
  })

  test('its example is a scenario', () => {
    const folder = mkdtempSync(join(tmpdir(), 'clockwright-docs-'))
    try {
      const [, example] = /^```toml\n([\s\S]*?)^```/m.exec(page)!
      writeFileSync(join(folder, 'example.toml'), example!)
      expect(readScenario(join(folder, 'example.toml')).scenario.event).toHaveLength(2)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
