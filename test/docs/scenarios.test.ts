/** docs/reference/scenarios.md says what the schema of scenarios says, and its example plays. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readScenario } from '#apps/lab/scenario-file.ts'
import { EVENT_KINDS } from '#lab/scenario/schema.ts'
import { PAGE, TABLES } from './scenario-tables.ts'

const page = readFileSync(PAGE, 'utf8')

describe('docs/reference/scenarios.md', () => {
  test.each(TABLES)(
    '%s has the table of the schema (else: node test/docs/scenario-tables.ts)',
    (heading, table) => {
      const [, after = ''] = page.split(`\n${heading}\n`)
      expect(after.split('\n#')[0]).toContain(`\n${table}\n`)
    },
  )

  test('has no heading for what is not there', () => {
    const headings = [...page.matchAll(/^##+ `\[*([\w-]+)\]*`$/gm)].map(([, name]) => name!)
    const known = ['guest', 'cpu', 'hypervisor', 'server', 'event', 'player', 'judged', ...EVENT_KINDS]
    expect(headings.sort()).toEqual(known.sort())
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
